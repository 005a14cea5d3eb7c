import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { Item } from '@kindred/shared/catalog';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { vectorOf } from '@kindred/shared/numeric/vector';
import { transaction } from '@kindred/shared/platform/database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { itemText } from '../domain/item-text.ts';
import type { EmbeddingOutcome, EmbeddingTask } from '../embedding-queue.ts';
import { postgresCatalogStore } from './postgres-catalog-store.ts';
import { postgresEmbeddingQueue } from './postgres-embedding-queue.ts';
import { postgresItemStore } from './postgres-item-store.ts';

const { database, drop } = await testDatabase();
const items = postgresItemStore(database);
const queue = postgresEmbeddingQueue(database);
const catalogs = postgresCatalogStore(database);
const space = { space: 'model-a' as SpaceId, model: 'a', dimensions: 1 };
const main = 'main' as CatalogId;
beforeAll(() => queue.openSpaces(space));
afterAll(drop);

/** A text's length stands for its embedding. */
const embedded: string[] = [];
async function embed(tasks: readonly EmbeddingTask[]): Promise<EmbeddingOutcome> {
  embedded.push(...tasks.map(({ text }) => text));
  return { embedded: tasks.map((task) => ({ ...task, vector: Float32Array.of(task.text.length) })), failures: [] };
}

async function drain(of: SpaceId = space.space): Promise<void> {
  while ((await queue.work(of, 3, embed)) > 0);
}

async function storedVectors(catalog: CatalogId, of: SpaceId = space.space): Promise<Map<string, number>> {
  const { rows } = await database.query('SELECT item_id, vector FROM embeddings WHERE catalog = $1 AND space = $2', [
    catalog,
    of,
  ]);
  return new Map(rows.map((row) => [row.item_id, vectorOf(row.vector)[0]!]));
}

const itemOf = (id: number, title: string | undefined): Item => ({ id: `i${id}` as ItemId, title });
let made = 0;
async function newCatalog(): Promise<CatalogId> {
  const catalog = `c${made++}` as CatalogId;
  await catalogs.create(catalog, space);
  return catalog;
}

test('after any writes, what is embedded is the text that items have now, and no unchanged text was embedded twice', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('put' as const),
      id: fc.nat(4),
      title: fc.constantFrom('a', 'bb', 'ccc', undefined),
    }),
    fc.record({ kind: fc.constant('delete' as const), id: fc.nat(4) }),
    fc.record({ kind: fc.constant('embed' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const catalog = await newCatalog();
      const model = new Map<string, string | undefined>();
      let last = 0;
      for (const one of steps) {
        if (one.kind === 'embed') await drain();
        else if (one.kind === 'put') {
          const change = await items.putAll(catalog, [itemOf(one.id, one.title)], 5);
          expect(change).toBeGreaterThan(last);
          last = change;
          model.set(`i${one.id}`, one.title);
        } else {
          const known = model.delete(`i${one.id}`);
          const outcome = items.delete(catalog, `i${one.id}` as ItemId, undefined);
          if (known) last = await outcome;
          else await expect(outcome).rejects.toMatchObject({ code: 'item-not-found' });
        }
      }
      await drain();
      const wanted = [...model]
        .filter(([, title]) => title !== undefined)
        .map(([id, title]) => [id, title!.length] as const);
      expect(await storedVectors(catalog)).toEqual(new Map(wanted));
      embedded.length = 0;
      await items.putAll(
        catalog,
        [...model].map(([id, title]) => itemOf(Number(id.slice(1)), title)).concat(itemOf(9, undefined)),
        6,
      );
      await drain();
      expect(embedded).toEqual([]);
      expect((await queue.backlog()).waiting).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test('change numbers rise in commit order: a reader at the highest one seen misses nothing that commits later', async () => {
  const catalog = await newCatalog();
  const seen: number[] = [];
  let position = 0;
  let isReading = true;
  const reader = (async () => {
    while (isReading) {
      const { rows } = await database.query<{ change: number }>(
        'SELECT change FROM items WHERE catalog = $1 AND change > $2 ORDER BY change',
        [catalog, position],
      );
      for (const { change } of rows) seen.push(change);
      position = seen.at(-1) ?? 0;
    }
  })();
  // A write that has drawn its numbers and commits late: the others must wait for it.
  const slow = transaction(database, async (client) => {
    await client.query('SELECT next_change()');
    await client.query(
      `INSERT INTO items (catalog, item_id, change, fields, created_at_ms) VALUES ($1, 'slow', nextval('changes'), '{}', 0)`,
      [catalog],
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  const quick = Array.from({ length: 20 }, (_, id) => items.putAll(catalog, [itemOf(id, 'x')], 1));
  await Promise.all([slow, ...quick]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  isReading = false;
  await reader;
  const { rows } = await database.query<{ change: number }>(
    'SELECT change FROM items WHERE catalog = $1 ORDER BY change',
    [catalog],
  );
  expect(seen).toEqual(rows.map((row) => row.change));
  expect(rows).toHaveLength(21);
});

test('writers and workers at once neither wait for each other for ever nor leave an old text embedded', async () => {
  const catalog = await newCatalog();
  const latest = new Map<string, string>();
  let isWriting = true;
  const workers = Array.from({ length: 2 }, async () => {
    while (isWriting) await queue.work(space.space, 4, embed);
  });
  const writers = Array.from({ length: 3 }, async (_, writer) => {
    for (let round = 0; round < 40; round++) {
      const id = writer * 10 + (round % 5);
      const title = 'x'.repeat(1 + ((round * 7) % 23));
      await items.putAll(catalog, [itemOf(id, title)], 1);
      latest.set(`i${id}`, title);
    }
  });
  await Promise.all(writers);
  isWriting = false;
  await Promise.all(workers);
  await drain();
  expect(await storedVectors(catalog)).toEqual(new Map([...latest].map(([id, title]) => [id, title.length])));
});

test('a text that cannot be embedded is tried three times and then left, until it changes', async () => {
  const catalog = await newCatalog();
  await items.putAll(catalog, [itemOf(1, 'bad'), itemOf(2, 'good')], 1);
  const fail = async (tasks: readonly EmbeddingTask[]): Promise<EmbeddingOutcome> => {
    const [bad, good] = [tasks.filter(({ text }) => text === 'bad'), tasks.filter(({ text }) => text !== 'bad')];
    return { ...(await embed(good)), failures: bad.map((task) => ({ task, reason: 'no such words' })) };
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    await database.query('UPDATE embedding_queue SET not_before_ms = 0');
    await queue.work(space.space, 10, fail);
  }
  expect(await queue.backlog()).toEqual({ waiting: 0, failed: 1 });
  expect([...(await storedVectors(catalog)).keys()]).toEqual(['i2']);
  await items.putAll(catalog, [itemOf(1, 'mended')], 1);
  await drain();
  expect(await queue.backlog()).toEqual({ waiting: 0, failed: 0 });
});

test('a new model’s space is filled beside the old one and serves once it is full', async () => {
  const catalog = await newCatalog();
  await items.putAll(catalog, [itemOf(1, 'one'), itemOf(2, 'three')], 1);
  await drain();
  const other = { space: 'model-b' as SpaceId, model: 'b', dimensions: 1 };
  await queue.openSpaces(other);
  const serving = async (): Promise<unknown> =>
    (await database.query(`SELECT space FROM spaces WHERE catalog = $1 AND state = 'serving'`, [catalog])).rows;
  await queue.promoteFilled();
  expect(await serving()).toEqual([{ space: space.space }]);
  await items.putAll(catalog, [itemOf(3, 'seven')], 1);
  await drain(other.space);
  await drain();
  expect(await storedVectors(catalog)).toEqual(await storedVectors(catalog, other.space));
  await queue.promoteFilled();
  expect(await serving()).toEqual([{ space: other.space }]);
  expect(await queue.promoteFilled()).toBe(0);
  await queue.openSpaces(space);
  await drain();
  await queue.promoteFilled();
  expect(await serving()).toEqual([{ space: space.space }]);
});

test('an item that was stored under earlier rules is read as it is', async () => {
  const catalog = await newCatalog();
  const fields = { title: '', creator: '', imageUrl: 'cover.jpg' };
  await database.query(
    `INSERT INTO items (catalog, item_id, change, fields, created_at_ms) VALUES ($1, ' ', 1, $2, 7)`,
    [catalog, fields],
  );
  expect(await items.get(catalog, ' ' as ItemId)).toEqual({ id: ' ', fields, createdAtMs: 7, change: 1 });
});

test('an item without the field keeps its creation time when it is written again', async () => {
  const first = await items.put(main, itemOf(1, 'x'), 111, undefined);
  expect([first.isNew, first.item.createdAtMs]).toEqual([true, 111]);
  const second = await items.put(main, itemOf(1, 'y'), 222, undefined);
  expect([second.isNew, second.item.createdAtMs]).toEqual([false, 111]);
  const third = await items.put(main, { ...itemOf(1, 'y'), createdAt: '1970-01-01T00:00:00.333Z' }, 444, undefined);
  expect(third.item.createdAtMs).toBe(333);
  expect(itemText(third.item.fields)).toBe('y');
});
