import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DistributedEngine } from '../distributed-engine.ts';
import { type Ask, keptConnection, type Outcome } from './kept-connection.ts';

/** Clients that ask every process directly, and what went wrong for them. */
export interface DrainLoad {
  /** Acknowledged items with their versions, and acknowledged events. */
  readonly items: ReadonlyMap<string, number>;
  readonly events: ReadonlySet<string>;
  readonly failures: readonly string[];
  answered(): number;
  /** Requests of one process that wait for their answers. */
  inFlight(name: string): number;
  /** Number of connections reset without an answer, of clients that had seen that the process was not ready. */
  turnedAway(): number;
  /** True for a process that was ready when it was last looked at. */
  isReady(name: string): boolean;
  stop(): Promise<void>;
}

interface DrainLoadOptions {
  readonly itemCount: number;
  readonly random: () => number;
}

/** A request, and what is known once it was acknowledged. */
interface Planned {
  readonly ask: Ask;
  readonly acknowledged?: () => void;
}

const BASE = '/v1/catalogs/load';
const NDJSON = 'application/x-ndjson';
const LOOK_MS = 50;

interface Clients {
  readonly count: number;
  /** Between two requests, at the median. */
  readonly pauseMs: number;
  /** A slow request takes a second or so. */
  readonly kind: 'quick' | 'slow';
  /** True if clients ask only processes that are ready. */
  readonly heeds: boolean;
}

/** Address of each process. */
const CLIENTS: readonly Clients[] = [
  { count: 3, pauseMs: 20, kind: 'quick', heeds: true },
  { count: 3, pauseMs: 500, kind: 'quick', heeds: true },
  { count: 2, pauseMs: 50, kind: 'slow', heeds: true },
  { count: 1, pauseMs: 20, kind: 'quick', heeds: false },
];

export function startDrainLoad({ cluster }: DistributedEngine, { itemCount, random }: DrainLoadOptions): DrainLoad {
  const items = new Map<string, number>();
  const events = new Set<string>();
  const failures: string[] = [];
  const inFlight = new Map<string, number>();
  const ready = new Set<string>();
  let turnedAway = 0;
  let answered = 0;
  let isStopping = false;
  let version = 0;
  const below = (limit: number): number => Math.floor(random() * limit);
  const itemOf = (): string => `i${below(itemCount)}`;
  const userOf = (): string => `u${below(20)}`;

  /** Without a text, so that nothing is embedded. Each client writes items of its own: the last version is known. */
  const itemRow = (client: string): { id: string; attributes: { version: number } } => ({
    id: `w${client}-${below(20)}`,
    attributes: { version: ++version },
  });
  const eventRow = () => ({
    id: randomUUID(),
    user: userOf(),
    item: itemOf(),
    type: random() < 0.5 ? 'save' : 'click',
  });
  /** Rows that are sent over a second or so, one by one. */
  async function* slowly(rows: readonly object[]): AsyncGenerator<string> {
    for (const row of rows) {
      yield `${JSON.stringify(row)}\n`;
      await sleep(random() * 600);
    }
  }
  const acknowledgeItems = (rows: readonly ReturnType<typeof itemRow>[]) => () => {
    for (const { id, attributes } of rows) items.set(id, attributes.version);
  };
  const acknowledgeEvents = (rows: readonly ReturnType<typeof eventRow>[]) => () => {
    for (const { id } of rows) events.add(id);
  };

  const plans: Record<string, Record<'quick' | 'slow', (url: string, client: string) => Planned>> = {
    ingestion: {
      quick: (url, client) => {
        if (random() < 0.5) return { ask: { url: `${url}${BASE}/items/${itemOf()}`, method: 'GET' } };
        const { id, ...fields } = itemRow(client);
        const ask: Ask = { url: `${url}${BASE}/items/${id}`, method: 'PUT', body: JSON.stringify(fields) };
        return { ask, acknowledged: acknowledgeItems([{ id, ...fields }]) };
      },
      slow: (url, client) => {
        const rows = Array.from({ length: 4 }, () => itemRow(client));
        const ask: Ask = { url: `${url}${BASE}/items`, method: 'POST', type: NDJSON, body: slowly(rows) };
        return { ask, acknowledged: acknowledgeItems(rows) };
      },
    },
    index: {
      quick: (url) => {
        const queries = [{ item: itemOf(), k: 10 }];
        const body = JSON.stringify({ catalog: 'load', queries });
        return { ask: { url: `${url}/neighbors`, method: 'POST', body } };
      },
      slow: (url) => {
        const body = JSON.stringify({ catalog: 'load', change: 1e12, timeoutMs: 300 + below(1_500) });
        return { ask: { url: `${url}/reached`, method: 'POST', body } };
      },
    },
    ranking: {
      quick: (url) => {
        const draw = random();
        if (draw < 0.3) return { ask: { url: `${url}${BASE}/items/${itemOf()}/similar?limit=10`, method: 'GET' } };
        if (draw < 0.6) {
          const body = JSON.stringify({ user: userOf(), limit: 10 });
          return { ask: { url: `${url}${BASE}/recommendations`, method: 'POST', body } };
        }
        const rows = Array.from({ length: 5 }, eventRow);
        const ask: Ask = { url: `${url}${BASE}/events`, method: 'POST', body: JSON.stringify({ events: rows }) };
        return { ask, acknowledged: acknowledgeEvents(rows) };
      },
      slow: (url) => {
        const rows = Array.from({ length: 4 }, eventRow);
        const ask: Ask = { url: `${url}${BASE}/events`, method: 'POST', type: NDJSON, body: slowly(rows) };
        return { ask, acknowledged: acknowledgeEvents(rows) };
      },
    },
  };

  /** A client that has seen that a process is not ready asks at its own risk; but an answer that has begun is finished. */
  const judge = (what: string, outcome: Outcome, isAtRisk: boolean): void => {
    if (outcome.kind === 'answered' && outcome.status < 300) answered++;
    else if (outcome.kind === 'refused' || (isAtRisk && outcome.kind === 'answered' && outcome.status === 503)) return;
    else if (outcome.kind === 'answered') failures.push(`${what}: ${outcome.status} ${outcome.text}`);
    else if (isAtRisk && !outcome.hasBegun) turnedAway++;
    else failures.push(`${what}: ${outcome.reason}`);
  };

  const run = async (name: string, client: string, { pauseMs, kind, heeds }: Clients): Promise<void> => {
    const plan = plans[name.split('-')[0]!]![kind];
    const connection = keptConnection();
    for (; !isStopping; await sleep(random() * pauseMs * 2)) {
      const isAtRisk = !ready.has(name);
      if (heeds && isAtRisk) continue;
      const { ask, acknowledged } = plan(cluster.urls.get(name)!, client);
      inFlight.set(name, (inFlight.get(name) ?? 0) + 1);
      const outcome = await connection.ask(ask);
      inFlight.set(name, inFlight.get(name)! - 1);
      judge(`${client} ${ask.method} ${new URL(ask.url).pathname}`, outcome, isAtRisk);
      if (outcome.kind === 'answered' && outcome.status < 300) acknowledged?.();
    }
    connection.close();
  };

  /** Looks who is ready, as whoever sends requests to one of several processes does. */
  const look = async (name: string, url: string): Promise<void> => {
    const connection = keptConnection();
    for (; !isStopping; await sleep(LOOK_MS)) {
      const outcome = await connection.ask({ url: `${url}/readyz`, method: 'GET' });
      if (outcome.kind === 'answered' && outcome.status === 200) ready.add(name);
      else ready.delete(name);
    }
    connection.close();
  };

  const loops = [...cluster.urls].flatMap(([name, url]) => [
    look(name, url),
    ...CLIENTS.flatMap((clients, kind) =>
      Array.from({ length: clients.count }, (_, index) => run(name, `${name}-${kind}-${index}`, clients)),
    ),
  ]);
  return {
    items,
    events,
    failures,
    answered: () => answered,
    inFlight: (name) => inFlight.get(name) ?? 0,
    turnedAway: () => turnedAway,
    isReady: (name) => ready.has(name),
    stop: async () => {
      isStopping = true;
      await Promise.all(loops);
    },
  };
}
