import { testDatabase } from '@kindred/infra/postgres/test-database';
import { EVENT_TYPES, type EventType } from '@kindred/shared/event';
import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import { decayed, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { engagementWeight } from '@kindred/shared/model/engagement';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { COUNTER_OF_TYPE } from '../events/counter.ts';
import type { ReadableEvent } from '../events/event-store.ts';
import { postgresEventStore } from './postgres-event-store.ts';
import { postgresHistorySource } from './postgres-history-source.ts';

const { database, drop } = await testDatabase();
const store = postgresEventStore(database);
const histories = postgresHistorySource(database);
afterAll(drop);

const DAY_MS = 86_400_000;
let catalogs = 0;
async function newCatalog(): Promise<CatalogId> {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  return catalog;
}

interface Draw {
  readonly id: number;
  readonly user: number;
  readonly item: number;
  readonly type: EventType;
  readonly value: number;
  readonly day: number;
}

const draws = fc.array(
  fc.record({
    // Few ids, users, items and days, so that repeats, retractions and ties are common.
    id: fc.nat(25),
    user: fc.nat(1),
    item: fc.nat(2),
    type: fc.constantFrom(...EVENT_TYPES),
    value: fc.constantFrom(0, 0, 1, 2.5, 40),
    day: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 40 },
);

const partitionSets = fc.constantFrom([0], [1, 0], [0, 1, 2]);

function eventOf(catalog: CatalogId, draw: Draw, offset: number, partition = 0): ReadableEvent {
  return {
    catalog,
    id: `e${draw.id}` as EventId,
    user: `u${draw.user}` as UserId,
    item: `i${draw.item}` as ItemId,
    type: draw.type,
    value: draw.value,
    atMs: draw.day * DAY_MS,
    slate: undefined,
    position: undefined,
    partition,
    offset,
  };
}

/** What counts by the definition: the first of each id, without those that a later event of value 0 takes back. */
function counting(events: readonly ReadableEvent[]): ReadableEvent[] {
  const first = [...new Map([...events].reverse().map((event) => [event.id, event])).values()];
  const isLater = (a: ReadableEvent, b: ReadableEvent): boolean =>
    a.atMs > b.atMs || (a.atMs === b.atMs && a.id > b.id);
  return first.filter(
    (event) =>
      event.value > 0 &&
      !first.some(
        (other) =>
          other.value === 0 &&
          other.user === event.user &&
          other.item === event.item &&
          other.type === event.type &&
          isLater(other, event),
      ),
  );
}

/** As they come from some partitions of a catalog's own log, in turn. */
async function applyInBatches(
  events: readonly ReadableEvent[],
  batchSize: number,
  partitions: readonly number[] = [0],
): Promise<void> {
  const placed = events.map((event, index) => ({ ...event, partition: partitions[index % partitions.length]! }));
  for (let start = 0; start < placed.length; start += batchSize) {
    const progress = new Map(partitions.map((partition) => [partition, start + batchSize]));
    await store.apply(placed[0]!.catalog, placed.slice(start, start + batchSize), progress);
  }
}

test('counters and histories are those of a plain replay, whatever the batches, repeats and order of retractions', async () => {
  await fc.assert(
    fc.asyncProperty(draws, fc.integer({ min: 1, max: 12 }), partitionSets, async (given, batchSize, partitions) => {
      const catalog = await newCatalog();
      const events = given.map((draw, index) => eventOf(catalog, draw, index));
      await applyInBatches(events, batchSize, partitions);
      await applyInBatches(events, batchSize + 1, [3]);
      const wanted = counting(events);

      for (const user of ['u0', 'u1'] as UserId[]) {
        const history = await histories.history(catalog, user, { countMax: 100, hasSeen: false });
        expect(history.map(({ item, type, value, atMs }) => `${item} ${type} ${value} ${atMs}`).sort()).toEqual(
          wanted
            .filter((event) => event.user === user && event.type !== 'impression')
            .map(({ item, type, value, atMs }) => `${item} ${type} ${value} ${atMs}`)
            .sort(),
        );
      }
      const { rows } = await database.query('SELECT * FROM item_counters WHERE catalog = $1', [catalog]);
      for (const row of rows) {
        const own = wanted.filter((event) => event.item === row.item_id);
        for (const type of EVENT_TYPES)
          expect(row[COUNTER_OF_TYPE[type]]).toBe(own.filter((event) => event.type === type).length);
        const sum = own.reduce(
          (total, { type, value, atMs }) =>
            total + decayed(engagementWeight(type, value), row.decayed_to_ms - atMs, HALF_LIFE_DAYS.short),
          0,
        );
        expect(Math.abs(row.short_value - sum)).toBeLessThan(1e-9);
      }
      expect(new Set(wanted.map((event) => event.item)).difference(new Set(rows.map((row) => row.item_id)))).toEqual(
        new Set(),
      );
    }),
    { numRuns: 60 },
  );
});

test('erasing a user leaves what the others did, and drops the user’s older messages when they come again', async () => {
  await fc.assert(
    fc.asyncProperty(draws, async (given) => {
      const catalog = await newCatalog();
      const events = given.map((draw, index) => eventOf(catalog, { ...draw, id: index }, index));
      await applyInBatches(events, 10);
      const ends = new Map([0, 1].map((partition) => [partition, events.length]));
      await store.erase(catalog, 'u0' as UserId, catalog, ends);
      const again = events.map((event) => ({ ...event, partition: 1 }));
      const outcomes = await store.apply(catalog, again, new Map([[1, events.length]]));
      expect(outcomes).toEqual(events.map((event) => (event.user === 'u0' ? 'erased' : 'duplicate')));
      const draw: Draw = { id: 1_000, user: 0, item: 0, type: 'save', value: 1, day: 9 };
      const later = eventOf(catalog, draw, events.length, 1);
      expect(await store.apply(catalog, [later], new Map([[1, events.length + 1]]))).toEqual(['applied']);

      const wanted = [...counting(events.filter((event) => event.user !== 'u0')), later];
      const { rows } = await database.query(
        'SELECT item_id, saves, long_value, decayed_to_ms FROM item_counters WHERE catalog = $1',
        [catalog],
      );
      for (const row of rows) {
        const own = wanted.filter((event) => event.item === row.item_id);
        expect(row.saves).toBe(own.filter((event) => event.type === 'save').length);
        const sum = own.reduce(
          (total, { type, value, atMs }) =>
            total + decayed(engagementWeight(type, value), row.decayed_to_ms - atMs, HALF_LIFE_DAYS.long),
          0,
        );
        expect(Math.abs(row.long_value - sum)).toBeLessThan(1e-9);
      }
      const { rows: stored } = await database.query('SELECT event_id FROM events WHERE catalog = $1 AND user_id = $2', [
        catalog,
        'u0',
      ]);
      expect(stored).toEqual([{ event_id: 'e1000' }]);
    }),
    { numRuns: 30 },
  );
});

test('two batches that retract each other’s events at once end as one after the other', async () => {
  for (let round = 0; round < 20; round++) {
    const catalog = await newCatalog();
    const save = eventOf(catalog, { id: 1, user: 0, item: 0, type: 'save', value: 1, day: 1 }, 0, 1);
    const undo = eventOf(catalog, { id: 2, user: 0, item: 0, type: 'save', value: 0, day: 2 }, 0, 2);
    await Promise.all([
      store.apply(catalog, [save], new Map([[1, 1]])),
      store.apply(catalog, [undo], new Map([[2, 1]])),
    ]);
    expect(await histories.history(catalog, 'u0' as UserId, { countMax: 10, hasSeen: false })).toEqual([]);
    const { rows } = await database.query('SELECT saves, long_value FROM item_counters WHERE catalog = $1', [catalog]);
    for (const row of rows) expect(row).toEqual({ saves: 0, long_value: 0 });
  }
});

test('takes nothing from a batch that lies below the stored progress, and never sets it back', async () => {
  const catalog = await newCatalog();
  const events = [0, 1, 2, 3].map((offset) =>
    eventOf(catalog, { id: offset, user: 0, item: offset, type: 'save', value: 1, day: 1 }, offset),
  );
  await store.apply(catalog, [], new Map([[0, 2]]));
  // As from a member of the group that was held up: half of its batch was passed by the one that took its place.
  expect(await store.apply(catalog, events, new Map([[0, 4]]))).toEqual([
    'duplicate',
    'duplicate',
    'applied',
    'applied',
  ]);
  await store.apply(catalog, events.slice(0, 2), new Map([[0, 2]]));
  expect(await store.progress(catalog, [0])).toEqual(new Map([[0, 4]]));
  expect(
    (await histories.history(catalog, 'u0' as UserId, { countMax: 10, hasSeen: false })).map(({ item }) => item).sort(),
  ).toEqual(['i2', 'i3']);
});

test('takes from each of several partitions what lies above its own progress, all or nothing', async () => {
  const catalog = await newCatalog();
  const at = (id: number, partition: number, offset: number): ReadableEvent =>
    eventOf(catalog, { id, user: 0, item: id, type: 'save', value: 1, day: 1 }, offset, partition);
  await store.apply(catalog, [], new Map([[1, 5]]));
  const both = [at(1, 0, 4), at(2, 1, 4), at(3, 1, 5)];
  const progress = new Map([
    [1, 6],
    [0, 5],
  ]);
  const unfit = { ...at(4, 1, 5), item: '\0' as ItemId };
  await expect(store.apply(catalog, [...both, unfit], progress)).rejects.toThrow();
  expect(await store.progress(catalog, [0, 1])).toEqual(new Map([[1, 5]]));
  expect(await store.apply(catalog, both, progress)).toEqual(['applied', 'duplicate', 'applied']);
  expect(await store.progress(catalog, [0, 1])).toEqual(progress);
  expect(
    (await histories.history(catalog, 'u0' as UserId, { countMax: 10, hasSeen: false })).map(({ item }) => item).sort(),
  ).toEqual(['i1', 'i3']);
});

test('consumers with some of the same partitions do not wait in a circle', async () => {
  const catalog = await newCatalog();
  const apply = (partitions: readonly number[]) =>
    store.apply(catalog, [], new Map(partitions.map((partition) => [partition, 1])));
  for (let round = 0; round < 50; round++) await Promise.all([apply([0, 1, 2]), apply([2, 1, 0]), apply([1, 0, 2])]);
  expect((await store.progress(catalog, [0, 1, 2])).size).toBe(3);
});
