import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import { afterAll, expect, test } from 'vitest';
import { type ItemReaderUnderTest, itemReaderContract } from '../reads/item-reader.contract.ts';
import { PostgresItemReader } from './postgres-item-reader.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

const MIB = 1024 * 1024;
let catalogs = 0;
async function create(): Promise<ItemReaderUnderTest> {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  for (const [space, state] of [
    ['one', 'serving'],
    ['other', 'filling'],
  ]) {
    await database.query(`INSERT INTO spaces VALUES ($1, $2, 'm', 1, $3, next_change())`, [catalog, space, state]);
  }
  return {
    reader: new PostgresItemReader(database, MIB),
    catalog,
    put: (item, fields, createdAtMs) => put(catalog, item, fields, createdAtMs),
    remove: async (item) => {
      await database.query(
        'UPDATE items SET fields = NULL, change = next_change() WHERE catalog = $1 AND item_id = $2',
        [catalog, item],
      );
      await database.query('DELETE FROM embeddings WHERE catalog = $1 AND item_id = $2', [catalog, item]);
    },
    embed: async (space, item) => {
      await database.query(
        `INSERT INTO embeddings VALUES ($1, $2, $3, next_change(), '', '')
         ON CONFLICT (catalog, space, item_id) DO UPDATE SET change = excluded.change`,
        [catalog, space, item],
      );
    },
  };
}

async function put(catalog: CatalogId, item: ItemId, fields: ItemFields, createdAtMs: number): Promise<void> {
  await database.query(
    `INSERT INTO items VALUES ($1, $2, next_change(), $3, $4, NULL)
     ON CONFLICT (catalog, item_id) DO UPDATE
     SET change = excluded.change, fields = excluded.fields, created_at_ms = excluded.created_at_ms`,
    [catalog, item, fields, createdAtMs],
  );
}

itemReaderContract(create, 40);

test('more changes than are looked through at once are seen too', async () => {
  const { reader, catalog } = await create();
  const item = 'item' as ItemId;
  const titleNow = async () => (await (await reader.view(catalog)).rows(undefined, [item])).get(item)?.fields.title;
  await put(catalog, item, { title: 'before' }, 0);
  expect(await titleNow()).toBe('before');
  await database.query(
    `INSERT INTO items SELECT $1, 'other-' || number, next_change(), '{}', 0, NULL FROM generate_series(1, 1500) AS number`,
    [catalog],
  );
  await put(catalog, item, { title: 'after' }, 0);
  expect(await titleNow()).toBe('after');
});

test('rows that do not fit into the cache are read from the database', async () => {
  const { catalog } = await create();
  const small = new PostgresItemReader(database, 1_000);
  const items = Array.from({ length: 20 }, (_, place) => `item-${place}` as ItemId);
  for (const item of items) await put(catalog, item, { title: item }, 0);
  for (let look = 0; look < 3; look++) {
    const rows = await (await small.view(catalog)).rows(undefined, items);
    expect([...rows.values()].map(({ fields }) => fields.title).sort()).toEqual([...items].sort());
  }
  expect(small.kept(catalog, undefined, items).size).toBeLessThan(items.length);
});
