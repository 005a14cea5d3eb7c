import { readItems } from '@kindred/cli/dataset-folder/dataset-items';
import { loadInteractions } from '@kindred/cli/dataset-folder/interaction-table';
import type { Answer, BenchRun } from '../bench-run.ts';
import { type FoundDataset, findDataset } from '../datasets/find-dataset.ts';
import { keepAliveClient } from '../engine/keep-alive-client.ts';
import { prepareCatalog } from '../engine/prepared-catalog.ts';
import { startServer } from '../engine/server-process.ts';
import { runHeader } from '../measure/run-header.ts';
import { ACT_TYPES } from './act-stream.ts';
import { dealt } from './dealt.ts';
import {
  CONNECTIONS,
  EVENT_CONNECTIONS,
  EVENTS_MAX,
  EVENTS_PER_SECOND,
  LIMIT,
  type LoadTask,
  measureLoad,
} from './measured-load.ts';
import type { ServingResult } from './result.ts';
import { trainedWeights } from './trained-weights.ts';

const DATA_DEFAULT = 'goodbooks';
/** A catalog of its own: that of other benchmarks never holds this one's events, not even after a run that was killed. */
const PART = 'serving';
/** Users or items that each pass asks for, and that the warm-up does. */
const PER_PASS_MAX = 2_000;
const WARM_UP_MAX = 300;
const STARTS = 3;
const READY_GOAL_MS = 5_000;

/** Measures the latency of the real server's answers to many users while events flow, and its start. */
export async function* serving(run: BenchRun): AsyncGenerator<Answer<ServingResult>> {
  const dataset = await findDataset(run.data ?? DATA_DEFAULT, run.config.dataRoot);
  const ids = await idsOf(dataset);
  const dealing = { rounds: CONNECTIONS.length, seed: run.seed, perRoundMax: PER_PASS_MAX, warmUpMax: WARM_UP_MAX };
  const users = dealt(ids.users, { ...dealing, name: 'users' });
  const items = dealt(ids.items, { ...dealing, name: 'items with a content' });
  const { catalog, folder } = await prepareCatalog({
    config: run.config,
    dataset,
    part: PART,
    takes: () => true,
  });
  const task = {
    catalogPath: `/v1/catalogs/${catalog}`,
    seed: run.seed,
    users,
    usersOfAll: ids.users.length,
    items,
    runName: `${PART}-${Date.now()}`,
  };

  await trainFirst(folder, task);
  const readyMs: number[] = [];
  for (let start = 1; start < STARTS; start++) {
    const server = await startServer(folder);
    readyMs.push(server.readyMs);
    await server.stop();
  }
  const server = await startServer(folder);
  readyMs.push(server.readyMs);
  const measured = await measureLoad(server, task).finally(() => server.stop());
  const parameters = {
    limit: LIMIT,
    connections: CONNECTIONS.join(' '),
    warmUp: users.warmUp.length,
    eventsPerSecond: EVENTS_PER_SECOND,
    eventsMax: EVENTS_MAX,
    eventTypes: ACT_TYPES,
    eventConnections: EVENT_CONNECTIONS,
    otherFields: 'as a request has them that does not say',
  };
  const header = runHeader({ data: dataset.info.name, dataHash: dataset.hash, seed: run.seed, parameters });
  const startUp = { readyMs, goalMs: READY_GOAL_MS };
  const result = { benchmark: 'serving' as const, ...header, items: ids.items.length, startUp, ...measured };
  yield { result, isWhole: true };
}

/** All users with a training row, and all items that have more than an id: the others have no neighbors. */
async function idsOf({ folder }: FoundDataset): Promise<Record<'users' | 'items', readonly string[]>> {
  const items: string[] = [];
  for await (const { id } of readItems(folder)) items.push(id);
  const { users } = await loadInteractions(folder, 'train');
  return { users, items };
}

/** In a server of its own: the cost of a training is no part of the measurement. */
async function trainFirst(folder: string, { catalogPath, users }: LoadTask): Promise<void> {
  const server = await startServer(folder);
  const client = keepAliveClient(server.url);
  try {
    await trainedWeights(client, { catalogPath, body: { user: users.warmUp[0]!, limit: LIMIT } });
  } finally {
    client.close();
    await server.stop();
  }
}
