import { testDatabase } from '@kindred/infra/postgres/test-database';
import { EVENT_TYPES, type EventType } from '@kindred/shared/event';
import type { CatalogId } from '@kindred/shared/id';
import { engagementWeight } from '@kindred/shared/model/engagement';
import { bytesOf } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { History } from '../history-source.ts';
import { postgresHistorySource } from './postgres-history-source.ts';

const { database, drop } = await testDatabase();
const source = postgresHistorySource(database);
afterAll(drop);

let changes = 0;
let catalogs = 0;
async function newCatalog(items: Readonly<Record<string, object | null>>): Promise<CatalogId> {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  for (const [id, fields] of Object.entries(items)) {
    await database.query('INSERT INTO items VALUES ($1, $2, $3, $4, $5)', [catalog, id, ++changes, fields, 1_000]);
  }
  return catalog;
}

interface Row {
  readonly user: string;
  readonly item: string;
  readonly type: EventType;
  readonly value?: number;
  readonly isRetracted?: boolean;
  readonly atMs?: number;
  readonly position?: number;
}

/** Inserts events. @returns The number of the last change. */
async function tell(catalog: CatalogId, rows: readonly Row[]): Promise<number> {
  for (const { user, item, type, value = 1, isRetracted = false, atMs = 0, position } of rows) {
    await database.query(
      `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, change, retracted, position)
       VALUES ($1, $2, $3, $4, $5, $6, $9, $7, $8, $10)`,
      [catalog, `e${++changes}`, user, item, type, value, changes, isRetracted, atMs, position ?? null],
    );
  }
  return changes;
}

const read = (catalog: CatalogId): Promise<History> => source.read(catalog, () => {});

/** Each user's row by item; users have no names, and come in the order of their ids. */
function strengthsOf({ data: { strengths, items } }: History): readonly Readonly<Record<string, number>>[] {
  return Array.from({ length: strengths.starts.length - 1 }, (_, user) => {
    const range = [strengths.starts[user]!, strengths.starts[user + 1]!] as const;
    const columns = [...strengths.columns.subarray(...range)];
    expect(columns).toEqual([...columns].sort((a, b) => a - b));
    return Object.fromEntries(columns.map((item, n) => [items[item]!, strengths.values[range[0] + n]!]));
  });
}

const rounded = (rows: readonly Readonly<Record<string, number>>[]) =>
  rows.map((row) => Object.fromEntries(Object.entries(row).map(([item, value]) => [item, Number(value.toFixed(4))])));

test('the strongest sign of a user counts: a save 1, a click a third, a dwell by its seconds, an impression 0', async () => {
  const ids = ['saved', 'clicked', 'read', 'glanced', 'stayed', 'seen', 'both'];
  const catalog = await newCatalog(Object.fromEntries(ids.map((id) => [id, {}])));
  const change = await tell(catalog, [
    { user: 'ana', item: 'saved', type: 'save' },
    { user: 'ana', item: 'clicked', type: 'click' },
    { user: 'ana', item: 'read', type: 'dwell', value: 60 },
    { user: 'ana', item: 'glanced', type: 'dwell', value: 12 },
    { user: 'ana', item: 'stayed', type: 'dwell', value: 6_000 },
    { user: 'ana', item: 'seen', type: 'impression' },
    { user: 'ana', item: 'both', type: 'click' },
    { user: 'ana', item: 'both', type: 'save' },
    { user: 'ana', item: 'both', type: 'impression' },
  ]);
  const history = await read(catalog);
  expect(rounded(strengthsOf(history))).toEqual([
    { saved: 1, clicked: 0.3333, read: 0.5, glanced: 0.1, stayed: 0.5, seen: 0, both: 1 },
  ]);
  expect(history.eventsChange).toBe(change);
  expect(history.counts).toEqual({ items: 7, users: 1, pairs: 7 });
});

test('an engagement that was taken back counts as seen, and a hidden item as neither liked nor seen', async () => {
  const catalog = await newCatalog({ a: {}, b: {}, c: {}, d: {} });
  await tell(catalog, [
    { user: 'ana', item: 'a', type: 'save', isRetracted: true },
    { user: 'ana', item: 'a', type: 'save', value: 0 },
    { user: 'ana', item: 'b', type: 'save' },
    { user: 'ana', item: 'b', type: 'hide' },
    { user: 'bo', item: 'c', type: 'save' },
    { user: 'bo', item: 'c', type: 'hide', isRetracted: true },
    { user: 'bo', item: 'd', type: 'hide' },
  ]);
  const history = await read(catalog);
  expect(strengthsOf(history)).toEqual([{ a: 0 }, { c: 1 }]);
});

test('an entry is as old as the user’s last event on the item, and stood where it was liked at the highest', async () => {
  const day = 86_400_000;
  const catalog = await newCatalog({ a: {}, b: {}, c: {} });
  await tell(catalog, [
    { user: 'ana', item: 'a', type: 'click', atMs: 10 * day, position: 7 },
    { user: 'ana', item: 'a', type: 'save', atMs: 11 * day, position: 3 },
    { user: 'ana', item: 'b', type: 'impression', atMs: 20 * day, position: 1 },
    { user: 'bo', item: 'c', type: 'impression', atMs: 2 * day, position: 2 },
    { user: 'bo', item: 'c', type: 'dwell', value: 9, atMs: 1 * day, position: 5 },
  ]);
  const { interactionTimes } = (await read(catalog)).data;
  // The dwell on the 1st counts for `c`, not the impression after it.
  expect([...interactionTimes!.ages]).toEqual([9, 0, 19]);
  expect([...interactionTimes!.weights].map((weight) => Number(weight.toFixed(3)))).toEqual([1.333, 0, 0.075]);
  expect([...interactionTimes!.positions]).toEqual([3, 0, 5]);
});

/** The share by its definition: of the pairs engaged with a week or more before the last event, those on several days. */
function repeatShareOf(rows: readonly Row[]): number {
  const lastMs = Math.max(...rows.map(({ atMs = 0 }) => atMs));
  const pairs = new Map<string, number[]>();
  for (const { user, item, type, value = 1, isRetracted = false, atMs = 0 } of rows) {
    if (isRetracted || engagementWeight(type, value) === 0) continue;
    pairs.set(`${user} ${item}`, [...(pairs.get(`${user} ${item}`) ?? []), atMs]);
  }
  const old = [...pairs.values()].filter((times) => Math.min(...times) + 7 * 86_400_000 <= lastMs);
  const isRepeated = (times: readonly number[]) =>
    new Set(times.map((atMs) => new Date(atMs).toISOString().slice(0, 10))).size > 1;
  return old.length === 0 ? 0 : old.filter(isRepeated).length / old.length;
}

const randomRows: fc.Arbitrary<readonly Row[]> = fc.array(
  fc.record({
    user: fc.constantFrom('ana', 'bo', 'cy'),
    item: fc.constantFrom('a', 'b', 'deleted', 'never-there'),
    type: fc.constantFrom(...EVENT_TYPES, 'save' as const, 'dwell' as const),
    value: fc.constantFrom(1, 1, 30, 0),
    isRetracted: fc.constantFrom(false, false, true),
    // Steps of 8 hours around 1970, so that days begin and weeks end between events and at them.
    atMs: fc.integer({ min: -30, max: 30 }).map((steps) => steps * 28_800_000),
  }),
  { maxLength: 25, size: 'max' },
);

test('the repeat share is that of a plain count of pairs with engagements on several days', async () => {
  const shares = new Set<number>();
  await fc.assert(
    fc.asyncProperty(randomRows, async (rows) => {
      const catalog = await newCatalog({ a: {}, b: {}, deleted: null });
      await tell(catalog, rows);
      const { repeatShare } = await read(catalog);
      expect(repeatShare).toBe(repeatShareOf(rows));
      shares.add(repeatShare);
    }),
    { numRuns: 40 },
  );
  expect(shares.size).toBeGreaterThan(3);
}, 60_000);

test('the repeat share counts two days, and leaves out pairs of the last week', async () => {
  const hour = 3_600_000;
  const catalog = await newCatalog({ a: {}, b: {} });
  await tell(catalog, [
    // Before and after midnight.
    { user: 'ana', item: 'a', type: 'click', atMs: 23 * hour },
    { user: 'ana', item: 'a', type: 'save', atMs: 25 * hour },
    // Twice on one day.
    { user: 'ana', item: 'b', type: 'click', atMs: 25 * hour },
    { user: 'ana', item: 'b', type: 'save', atMs: 47 * hour },
    // A second look that was no engagement, an hour less than a week before the last event.
    { user: 'bo', item: 'a', type: 'click', atMs: 26 * hour },
    { user: 'bo', item: 'a', type: 'impression', atMs: (25 + 7 * 24) * hour },
  ]);
  expect((await read(catalog)).repeatShare).toBe(1 / 2);
  await tell(catalog, [{ user: 'cy', item: 'b', type: 'hide', atMs: 100 * 24 * hour }]);
  expect((await read(catalog)).repeatShare).toBe(1 / 3);
});

test('deleted items and items that never came are absent, and other catalogs', async () => {
  const catalog = await newCatalog({ kept: { title: 'Kept' }, deleted: null });
  const other = await newCatalog({ elsewhere: {} });
  await tell(other, [{ user: 'ana', item: 'elsewhere', type: 'save' }]);
  const change = await tell(catalog, [
    { user: 'ana', item: 'kept', type: 'save' },
    { user: 'ana', item: 'deleted', type: 'save' },
    { user: 'bo', item: 'never-there', type: 'save' },
  ]);
  await tell(other, [{ user: 'bo', item: 'elsewhere', type: 'save' }]);
  const history = await read(catalog);
  expect(history.data.items).toEqual(['kept']);
  expect(history.data.fields).toEqual([{ title: 'Kept' }]);
  expect(strengthsOf(history)).toEqual([{ kept: 1 }, {}]);
  expect(history.counts).toEqual({ items: 1, users: 2, pairs: 1 });
  expect(history.eventsChange).toBe(change);
});

test('an erased user is absent, and the erasure is among the changes that the history holds', async () => {
  const catalog = await newCatalog({ a: {} });
  await tell(catalog, [
    { user: 'ana', item: 'a', type: 'save' },
    { user: 'bo', item: 'a', type: 'click' },
  ]);
  await database.query(`DELETE FROM events WHERE catalog = $1 AND user_id = 'ana'`, [catalog]);
  await database.query(
    `INSERT INTO erasures (catalog, user_hash, log, partition, before_offset, change) VALUES ($1, '\\x00', 'log', 0, 5, $2)`,
    [catalog, ++changes],
  );
  const history = await read(catalog);
  expect(rounded(strengthsOf(history))).toEqual([{ a: 0.3333 }]);
  expect(history.eventsChange).toBe(changes);
});

test('embeddings are those of the space that serves, by item, and 0 where there is none', async () => {
  const catalog = await newCatalog({ b: {}, a: {}, none: {}, deleted: null });
  expect((await read(catalog)).data.embeddings).toBe(undefined);
  for (const [space, state] of [
    ['old', 'retired'],
    ['now', 'serving'],
  ] as const) {
    await database.query('INSERT INTO spaces VALUES ($1, $2, $3, 2, $4, $5)', [catalog, space, 'm', state, ++changes]);
  }
  const embed = (space: string, item: string, vector: readonly number[]) =>
    database.query('INSERT INTO embeddings VALUES ($1, $2, $3, $4, $5, $6)', [
      ...[catalog, space, item, ++changes, Buffer.of(1)],
      bytesOf(Float32Array.from(vector)),
    ]);
  await embed('old', 'a', [0, 1]);
  await embed('now', 'a', [1, 0]);
  await embed('now', 'b', [0.6, 0.8]);
  await embed('now', 'deleted', [0, 1]);
  const { data } = await read(catalog);
  expect(data.items).toEqual(['a', 'b', 'none']);
  expect(data.embeddings?.dimensions).toBe(2);
  expect([...(data.embeddings?.vectors ?? [])].map((value) => Number(value.toFixed(3)))).toEqual([
    1, 0, 0.6, 0.8, 0, 0,
  ]);
});

test('a history longer than a page is whole', async () => {
  const count = 12_000;
  const catalog = await newCatalog({});
  await database.query(`INSERT INTO items SELECT $1, 'i' || n, n, '{}', 0 FROM generate_series(1, 3000) AS n`, [
    catalog,
  ]);
  await database.query(
    `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, change)
     SELECT $1, 'e' || n, 'u' || n / 7, 'i' || n % 3000 + 1, 'save', 1, 0, n FROM generate_series(1, ${count}) AS n`,
    [catalog],
  );
  let rows = 0;
  const history = await source.read(catalog, (more) => {
    rows += more;
  });
  expect(history.counts).toEqual({ items: 3_000, users: Math.floor(count / 7) + 1, pairs: count });
  expect(rows).toBe(3_000 + count);
  expect(history.data.strengths.values.every((value) => value === 1)).toBe(true);
});
