import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import { decayed, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { engagementWeight } from '@kindred/shared/model/engagement';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { applyInBatches, counting, draws, eventOf, itemOf, SAVE, userOf } from '../events/event-draws.fixture.ts';
import { eventStoreContract } from '../events/event-store.contract.ts';
import type { ReadableEvent } from '../events/event-store.ts';
import { historySourceContract } from '../reads/history-source.contract.ts';
import { userHash } from '../user-hash.ts';
import { postgresErasureSource } from './postgres-erasure-source.ts';
import { postgresEventStore } from './postgres-event-store.ts';
import { postgresHistorySource } from './postgres-history-source.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

const store = postgresEventStore(database);
const histories = postgresHistorySource(database);
const erasures = postgresErasureSource(database);
let catalogs = 0;
async function newCatalog(): Promise<CatalogId> {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  return catalog;
}
async function deleteItem(catalog: CatalogId, item: ItemId): Promise<void> {
  await database.query(
    'INSERT INTO items (catalog, item_id, change, fields, created_at_ms) VALUES ($1, $2, next_change(), NULL, 0)',
    [catalog, item],
  );
}

const under = { store, histories, erasures, newCatalog, deleteItem };
describe('the event store in PostgreSQL', () => {
  eventStoreContract(under);
});
describe('its histories', () => {
  historySourceContract(under);
});

/** Counters as stored must be the decayed sums of the events that count. */
async function expectCounters(catalog: CatalogId, events: readonly ReadableEvent[]): Promise<void> {
  const { rows } = await database.query('SELECT * FROM item_counters WHERE catalog = $1', [catalog]);
  const engaged = events.filter(({ type, value }) => engagementWeight(type, value) > 0);
  for (const row of rows) {
    const own = engaged.filter(({ item }) => item === row.item_id);
    const sum = (halfLifeDays: number): number =>
      own.reduce(
        (total, { type, value, atMs }) =>
          total + decayed(engagementWeight(type, value), row.decayed_to_ms - atMs, halfLifeDays),
        0,
      );
    expect(Math.abs(row.short_value - sum(HALF_LIFE_DAYS.short))).toBeLessThan(1e-9);
    expect(Math.abs(row.long_value - sum(HALF_LIFE_DAYS.long))).toBeLessThan(1e-9);
  }
  const counted = new Set(rows.map((row) => row.item_id));
  expect(engaged.filter(({ item }) => !counted.has(item))).toEqual([]);
}

test('counters are the decayed sums of a plain replay, before and after an erasure', async () => {
  const batches = fc.record({
    size: fc.integer({ min: 1, max: 12 }),
    partitions: fc.constantFrom([0], [1, 0], [0, 1, 2]),
  });
  await fc.assert(
    fc.asyncProperty(draws, batches, async (given, each) => {
      const catalog = await newCatalog();
      const events = given.map((draw, index) => eventOf(catalog, draw, index));
      await applyInBatches(store, events, each);
      await applyInBatches(store, events, { size: 7, partitions: [3] });
      await expectCounters(catalog, counting(events));
      const first = [...new Map([...events].reverse().map((event) => [event.id, event])).values()];
      await store.erase(catalog, userOf(0), catalog, new Map());
      await expectCounters(catalog, counting(first.filter(({ user }) => user === userOf(1))));
    }),
    { numRuns: 60 },
  );
});

test('two batches that retract each other’s events at once leave counters of 0', async () => {
  for (let round = 0; round < 10; round++) {
    const catalog = await newCatalog();
    const undo = eventOf(catalog, { ...SAVE, id: 2, value: 0, day: 2 }, 0, 2);
    await Promise.all([
      store.apply(catalog, [eventOf(catalog, SAVE, 0, 1)], new Map([[1, 1]])),
      store.apply(catalog, [undo], new Map([[2, 1]])),
    ]);
    await expectCounters(catalog, []);
  }
});

test('a transaction that fails leaves neither events nor progress', async () => {
  const catalog = await newCatalog();
  const good = eventOf(catalog, SAVE, 4);
  const unfit = { ...eventOf(catalog, { ...SAVE, id: 4 }, 5, 1), item: '\0' as ItemId };
  const progress = new Map([
    [0, 5],
    [1, 6],
  ]);
  await expect(store.apply(catalog, [good, unfit], progress)).rejects.toThrow();
  expect(await store.progress(catalog, [0, 1])).toEqual(new Map());
  expect(await store.apply(catalog, [good], progress)).toEqual(['applied']);
  expect(await histories.seen(catalog, userOf(0), [itemOf(0)])).toHaveLength(1);
});

test('a follower hears of an erasure that commits after a later one', async () => {
  const catalog = await newCatalog();
  const begun = await erasures.since(undefined);
  const late = await database.connect();
  try {
    await late.query('BEGIN');
    await late.query(
      `INSERT INTO erasures (catalog, user_hash, log, partition, before_offset, change) VALUES ($1, $2, 'log', 0, 1, 1)`,
      [catalog, userHash('late')],
    );
    await store.erase(catalog, userOf(1), 'log', new Map([[0, 1]]));
    const between = await erasures.since(begun.place);
    const hashes = ({ users }: typeof between): string[] => users.map(({ hash }) => hash.toString('hex'));
    expect(hashes(between)).toContain(userHash(userOf(1)).toString('hex'));
    expect(hashes(between)).not.toContain(userHash('late').toString('hex'));
    await late.query('COMMIT');
    expect(hashes(await erasures.since(between.place))).toContain(userHash('late').toString('hex'));
  } finally {
    late.release();
  }
});
