import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { bytesOf } from '@kindred/shared/numeric/vector';
import { afterAll, expect, test } from 'vitest';
import { embeddingSourceContract } from '../reads/embedding-source.contract.ts';
import { cachedEmbeddingSource } from './cached-embedding-source.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

const SPACE = 'space' as SpaceId;
let catalogs = 0;
const newCatalog = (): CatalogId => `c${catalogs++}` as CatalogId;

async function put(catalog: CatalogId, space: SpaceId, item: ItemId, vector: Float32Array): Promise<number> {
  const { rows } = await database.query<{ change: number }>(
    `INSERT INTO embeddings VALUES ($1, $2, $3, next_change(), '', $4)
     ON CONFLICT (catalog, space, item_id) DO UPDATE SET change = excluded.change, vector = excluded.vector
     RETURNING change`,
    [catalog, space, item, bytesOf(vector)],
  );
  return rows[0]!.change;
}

embeddingSourceContract(async () => {
  const catalog = newCatalog();
  return {
    source: cachedEmbeddingSource(database, 1024 * 1024),
    catalog,
    put: (space, item, vector) => put(catalog, space, item, vector),
    remove: async (space, item) => {
      await database.query('DELETE FROM embeddings WHERE catalog = $1 AND space = $2 AND item_id = $3', [
        catalog,
        space,
        item,
      ]);
    },
  };
}, 40);

test('cached embeddings need no database, and those that do not fit into the cache are read again', async () => {
  const catalog = newCatalog();
  const items = Array.from({ length: 10 }, (_, place) => `item-${place}` as ItemId);
  const wanted = await Promise.all(
    items.map(async (item, place) => ({ item, change: await put(catalog, SPACE, item, Float32Array.of(place)) })),
  );
  const large = cachedEmbeddingSource(database, 1024 * 1024);
  const small = cachedEmbeddingSource(database, 1_000);
  for (const source of [large, small]) expect((await source.vectors(catalog, SPACE, wanted)).size).toBe(items.length);
  await database.query('DELETE FROM embeddings WHERE catalog = $1', [catalog]);
  expect((await large.vectors(catalog, SPACE, wanted)).size).toBe(items.length);
  const left = (await small.vectors(catalog, SPACE, wanted)).size;
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(items.length);
});
