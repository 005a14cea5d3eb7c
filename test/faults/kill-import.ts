import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Client, clientOf } from '../client.ts';
import {
  newDataFolder,
  queryDatabase,
  removeData,
  type StandaloneServer,
  startStandaloneServer,
} from '../standalone-server.ts';
import { COUNTERS, type CountingEvent, expectCountersOf, type StoredCounter } from './item-counters.ts';

const ROWS = 100;

/** Writes that the server has acknowledged, by id. */
interface Acknowledged {
  readonly items: Map<string, string>;
  readonly events: Set<string>;
  /** Deleted items with the version that was deleted. */
  readonly deleted: Map<string, number>;
}

/**
 * Kills a server again and again, at random moments of an import of items and events, alone or together with its
 * database, and looks after each kill that nothing acknowledged is lost and nothing is there twice.
 * @param seed  Printed by the caller; decides the moments.
 */
export async function killDuringImports(kills: number, seed: number): Promise<void> {
  const random = generator(seed);
  const folder = await newDataFolder();
  const acknowledged: Acknowledged = { items: new Map(), events: new Set(), deleted: new Map() };
  let server = await startStandaloneServer({ folder });
  try {
    for (let kill = 0; kill < kills; kill++) {
      const before = acknowledged.events.size;
      const importing = importUntilBroken(clientOf(server.url), kill, acknowledged);
      // A kill before anything was acknowledged would say nothing.
      await expect.poll(() => acknowledged.events.size, { timeout: 30_000 }).toBeGreaterThan(before);
      await sleep(random() * 1_500);
      if (random() < 0.5) await server.kill();
      else await server.killAll();
      await importing;
      server = await startStandaloneServer({ folder });
      await expectAll(server, acknowledged);
    }
    expect(await server.stop()).toBe(0);
  } finally {
    await server.kill();
    await removeData(folder);
  }
}

async function importUntilBroken(
  client: Client,
  round: number,
  { items, events, deleted }: Acknowledged,
): Promise<void> {
  const base = '/v1/catalogs/main';
  try {
    for (let batch = 0; ; batch++) {
      const rows = Array.from({ length: ROWS }, (_, index) => ({
        id: `i${index}-${batch % 7}`,
        title: `Version ${round}.${batch} of thing ${index}`,
      }));
      if ((await client.post(`${base}/items`, { items: rows })).status === 202) {
        for (const { id, title } of rows) {
          items.set(id, title);
          deleted.delete(id);
        }
      }
      const gone = rows[batch % ROWS]!.id;
      // Until the answer comes, either state is right.
      items.delete(gone);
      if ((await client.delete(`${base}/items/${gone}`)).status === 200)
        deleted.set(gone, versionOf(rows[batch % ROWS]!.title));
      const given = Array.from({ length: ROWS }, (_, index) => ({
        id: `e${round}-${batch}-${index}`,
        user: `u${index % 10}`,
        item: rows[index]!.id,
        type: 'click',
      }));
      const sent = await client.post(`${base}/events`, { events: given });
      if (sent.status === 202) for (const { id } of given) events.add(id);
    }
  } catch {
    // The connection broke: the kill.
  }
}

async function expectAll({ url, folder }: StandaloneServer, { items, events, deleted }: Acknowledged): Promise<void> {
  const client = clientOf(url);
  for (const [id, title] of items) {
    const { body } = await client.get(`/v1/catalogs/main/items/${id}`);
    const stored: unknown = Reflect.get(body, 'title');
    // A write that was never acknowledged may stand in place of an acknowledged one, but never an older one.
    expect(versionOf(stored), `${id}: ${stored} in place of ${title}`).toBeGreaterThanOrEqual(versionOf(title));
  }
  for (const [id, version] of deleted) {
    const { status, body } = await client.get(`/v1/catalogs/main/items/${id}`);
    if (status === 200) expect(versionOf(Reflect.get(body, 'title')), `${id} is back`).toBeGreaterThan(version);
  }
  const lag = async (): Promise<number> => {
    const { text } = await client.get('/metrics');
    return Number(/^kindred_event_log_lag_messages (\d+)/m.exec(text)?.[1]);
  };
  await expect.poll(lag, { timeout: 20_000 }).toBe(0);
  const stored = await queryDatabase<CountingEvent & { id: string }>(
    folder,
    'SELECT event_id AS id, item_id AS item, type, value, at_ms::float8 AS "atMs" FROM events',
  );
  const there = new Set(stored.map(({ id }) => id));
  expect([...events].filter((id) => !there.has(id))).toEqual([]);
  expectCountersOf(stored, await queryDatabase<StoredCounter>(folder, COUNTERS));
}

/** `Version 3.14 of …` as a number that rises with the writes. */
function versionOf(title: unknown): number {
  const [, round, batch] = /^Version (\d+)\.(\d+) /.exec(String(title)) ?? [];
  return round === undefined ? -1 : Number(round) * 1e6 + Number(batch);
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
