import { testDatabase } from '@kindred/infra/postgres/test-database';
import { EVENT_TYPES, type EventType } from '@kindred/shared/event';
import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { COUNTER_OF_TYPE } from '../domain/counter.ts';
import { decayed, engagementWeight, HALF_LIFE_DAYS } from '../domain/engagement.ts';
import type { ReadableEvent } from '../ports.ts';
import { postgresEventStore } from './postgres-event-store.ts';

const { database, drop } = await testDatabase();
const store = postgresEventStore(database);
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

function eventOf(catalog: CatalogId, draw: Draw, offset: number): ReadableEvent {
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

/** As they come from one partition of a catalog's own log. */
async function applyInBatches(events: readonly ReadableEvent[], batchSize: number, partition = 0): Promise<void> {
  for (let start = 0; start < events.length; start += batchSize) {
    await store.apply(events[0]!.catalog, partition, events.slice(start, start + batchSize), start + batchSize);
  }
}

test('counters and histories are those of a plain replay, whatever the batches, repeats and order of retractions', async () => {
  await fc.assert(
    fc.asyncProperty(draws, fc.integer({ min: 1, max: 12 }), async (given, batchSize) => {
      const catalog = await newCatalog();
      const events = given.map((draw, index) => eventOf(catalog, draw, index));
      await applyInBatches(events, batchSize);
      await applyInBatches(events, batchSize + 1, 1);
      const wanted = counting(events);

      for (const user of ['u0', 'u1'] as UserId[]) {
        const history = await store.history(catalog, user, 100);
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
      const outcomes = await store.apply(catalog, 1, events, events.length);
      expect(outcomes).toEqual(events.map((event) => (event.user === 'u0' ? 'erased' : 'duplicate')));
      const later = eventOf(catalog, { id: 1_000, user: 0, item: 0, type: 'save', value: 1, day: 9 }, events.length);
      expect(await store.apply(catalog, 1, [later], events.length + 1)).toEqual(['applied']);

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
    const save = eventOf(catalog, { id: 1, user: 0, item: 0, type: 'save', value: 1, day: 1 }, 0);
    const undo = eventOf(catalog, { id: 2, user: 0, item: 0, type: 'save', value: 0, day: 2 }, 0);
    await Promise.all([store.apply(catalog, 1, [save], 1), store.apply(catalog, 2, [undo], 1)]);
    expect(await store.history(catalog, 'u0' as UserId, 10)).toEqual([]);
    const { rows } = await database.query('SELECT saves, long_value FROM item_counters WHERE catalog = $1', [catalog]);
    for (const row of rows) expect(row).toEqual({ saves: 0, long_value: 0 });
  }
});

test('takes nothing from a batch that lies below the stored progress, and never sets it back', async () => {
  const catalog = await newCatalog();
  const events = [0, 1, 2, 3].map((offset) =>
    eventOf(catalog, { id: offset, user: 0, item: offset, type: 'save', value: 1, day: 1 }, offset),
  );
  await store.apply(catalog, 0, [], 2);
  // As from a member of the group that was held up: half of its batch was passed by the one that took its place.
  expect(await store.apply(catalog, 0, events, 4)).toEqual(['duplicate', 'duplicate', 'applied', 'applied']);
  await store.apply(catalog, 0, events.slice(0, 2), 2);
  expect(await store.progress(catalog, [0])).toEqual(new Map([[0, 4]]));
  expect((await store.history(catalog, 'u0' as UserId, 10)).map(({ item }) => item).sort()).toEqual(['i2', 'i3']);
});
