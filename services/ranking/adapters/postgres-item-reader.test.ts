import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { postgresItemReader } from './postgres-item-reader.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

const ITEMS = Array.from({ length: 5 }, (_, item) => `item-${item}` as ItemId);
const SPACE = 'space' as SpaceId;
const MIB = 1024 * 1024;
let catalogs = 0;
async function newCatalog(): Promise<CatalogId> {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  await database.query(`INSERT INTO spaces VALUES ($1, $2, 'm', 1, 'serving', next_change())`, [catalog, SPACE]);
  return catalog;
}

const put = (catalog: CatalogId, item: ItemId, title: string) =>
  database.query(
    `INSERT INTO items VALUES ($1, $2, next_change(), jsonb_build_object('title', $3::text), 0, NULL)
     ON CONFLICT (catalog, item_id) DO UPDATE SET change = excluded.change, fields = excluded.fields`,
    [catalog, item, title],
  );
const remove = async (catalog: CatalogId, item: ItemId): Promise<void> => {
  await database.query('UPDATE items SET fields = NULL, change = next_change() WHERE catalog = $1 AND item_id = $2', [
    catalog,
    item,
  ]);
  await database.query('DELETE FROM embeddings WHERE catalog = $1 AND item_id = $2', [catalog, item]);
};
const embed = (catalog: CatalogId, item: ItemId) =>
  database.query(
    `INSERT INTO embeddings VALUES ($1, $2, $3, next_change(), '', '')
     ON CONFLICT (catalog, space, item_id) DO UPDATE SET change = excluded.change`,
    [catalog, SPACE, item],
  );

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('put', 'remove', 'embed', 'look', 'look'),
    item: fc.constantFrom(...ITEMS),
    asked: fc.subarray(ITEMS, { minLength: 1 }),
    space: fc.constantFrom(SPACE, undefined),
  }),
  { maxLength: 25 },
);

test('a view shows what the store holds, whatever was kept from earlier views', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const catalog = await newCatalog();
      const keeping = postgresItemReader(database, MIB);
      for (const [index, { kind, item, asked, space }] of plan.entries()) {
        if (kind === 'put') await put(catalog, item, `title ${index}`);
        else if (kind === 'remove') await remove(catalog, item);
        else if (kind === 'embed') await embed(catalog, item);
        else {
          const byKey = async (reader: ReturnType<typeof postgresItemReader>) =>
            new Map([...(await (await reader.view(catalog)).rows(space, asked))].sort());
          expect(await byKey(keeping)).toEqual(await byKey(postgresItemReader(database, MIB)));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('more changes than are looked through at once are seen too', async () => {
  const catalog = await newCatalog();
  const reader = postgresItemReader(database, MIB);
  await put(catalog, ITEMS[0]!, 'before');
  const titleNow = async () => (await (await reader.view(catalog)).rows(undefined, ITEMS)).get(ITEMS[0]!)?.fields.title;
  expect(await titleNow()).toBe('before');
  await database.query(
    `INSERT INTO items SELECT $1, 'other-' || number, next_change(), '{}', 0, NULL FROM generate_series(1, 1500) AS number`,
    [catalog],
  );
  await put(catalog, ITEMS[0]!, 'after');
  expect(await titleNow()).toBe('after');
});
