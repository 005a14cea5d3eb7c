import { type KeepAliveClient, keepAliveClient, type TimedReply } from '../engine/keep-alive-client.ts';
import type { ServerProcess } from '../engine/server-process.ts';
import { startProgress } from '../measure/progress.ts';
import { actStream } from './act-stream.ts';
import { type Dealt, reordered } from './dealt.ts';
import { EventLoad } from './event-load.ts';
import type { ServingLoad, ServingPass, ServingResult } from './result.ts';
import { type PassReport, timedPass } from './timed-pass.ts';
import { trainedWeights } from './trained-weights.ts';

/** Numbers of connections that are measured, one after another; each has users and items of its own. */
export const CONNECTIONS = [1, 4, 8] as const;
/** Items per answer. */
export const LIMIT = 20;
/** Planned rate of the events, over all users that are asked for. */
export const EVENTS_PER_SECOND = 100;
/** Ten minutes of the load. */
export const EVENTS_MAX = 60_000;
/** Connections of the events alone. */
export const EVENT_CONNECTIONS = 4;
const PASS_TIMEOUT_MS = 300_000;
/** Upper bounds for one connection. */
const GOALS = { similar: { p99Ms: 5 }, recommendations: { p50Ms: 5, p99Ms: 15 } };

/** Users and items to ask for, in a catalog that a server serves. */
export interface LoadTask {
  readonly catalogPath: string;
  readonly seed: number;
  /** One round for each of `CONNECTIONS`. */
  readonly users: Dealt;
  readonly usersOfAll: number;
  readonly items: Dealt;
  /** Names the run among all on the catalog. */
  readonly runName: string;
}

/** Latencies under load, and the server's memory before and after. */
export interface LoadMeasurement {
  readonly load: ServingLoad;
  readonly memory: ServingResult['memory'];
}

interface AskedRequest {
  readonly name: keyof typeof GOALS;
  readonly dealt: Dealt;
  readonly send: (client: KeepAliveClient, id: string) => Promise<TimedReply>;
}

/**
 * Asks for all users and items on several connections, each at first and then once more, while these users act. The catalog
 * is left as it was: their acts are taken back.
 */
export async function measureLoad(server: ServerProcess, task: LoadTask): Promise<LoadMeasurement> {
  const { catalogPath, seed, users, usersOfAll, items, runName } = task;
  await using ends = new AsyncDisposableStack();
  const client = keepAliveClient(server.url, EVENT_CONNECTIONS);
  ends.defer(() => client.close());
  const atStartMb = await server.memoryMb();
  await trainedWeights(client, { catalogPath, body: { user: users.warmUp[0]!, limit: LIMIT } });
  const acting = users.rounds.flat();
  const draw = actStream({ name: runName, seed, users: acting, items: items.rounds.flat() });
  const eventLoad = new EventLoad({
    client,
    catalogPath,
    perSecond: EVENTS_PER_SECOND,
    eventsMax: EVENTS_MAX,
    draw,
  });
  ends.defer(() => eventLoad.takeBack());
  const passes: ServingPass[] = [];
  for (const request of requestsOf(task)) passes.push(...(await measurePasses(server.url, request, seed)));
  const events = await eventLoad.stop();
  const load = {
    users: acting.length,
    usersOfAll,
    usersPerPass: users.rounds[0]!.length,
    itemsPerPass: items.rounds[0]!.length,
    events,
    passes,
  };
  return { load, memory: { atStartMb, afterRequestsMb: await server.memoryMb() } };
}

function requestsOf({ catalogPath, users, items }: LoadTask): readonly AskedRequest[] {
  return [
    {
      name: 'similar',
      dealt: items,
      send: (client, item) =>
        client.send('GET', `${catalogPath}/items/${encodeURIComponent(item)}/similar?limit=${LIMIT}`),
    },
    {
      name: 'recommendations',
      dealt: users,
      send: (client, user) => client.send('POST', `${catalogPath}/recommendations`, { user, limit: LIMIT }),
    },
  ];
}

async function measurePasses(url: string, request: AskedRequest, seed: number): Promise<readonly ServingPass[]> {
  const { name, dealt } = request;
  const passes: ServingPass[] = [];
  await measurePass(url, request, { asked: dealt.warmUp, connections: CONNECTIONS[0], name: `${name}, warm-up` });
  for (const [index, connections] of CONNECTIONS.entries()) {
    const round = dealt.rounds[index]!;
    const goals = connections === 1 ? GOALS[name] : undefined;
    for (const asked of ['first', 'repeated'] as const) {
      const report = await measurePass(url, request, {
        asked: asked === 'first' ? round : reordered(round, seed),
        connections,
        name: `${name}, ${connections} at once, ${asked}`,
      });
      passes.push({ name, connections, asked, ...report, ...(goals !== undefined && { goals }) });
    }
  }
  return passes;
}

interface PassTask {
  readonly name: string;
  readonly asked: readonly string[];
  readonly connections: number;
}

async function measurePass(
  url: string,
  { send }: AskedRequest,
  { name, asked, connections }: PassTask,
): Promise<PassReport> {
  const client = keepAliveClient(url, connections);
  const progress = startProgress(`serving: ${name}`, asked.length);
  try {
    const report = await timedPass({
      asked,
      connections,
      send: (id) => send(client, id),
      timeoutMs: PASS_TIMEOUT_MS,
      onAnswer: progress.at,
    });
    progress.done();
    return report;
  } finally {
    client.close();
  }
}
