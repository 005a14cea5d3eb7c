import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { vectorOf } from '@kindred/shared/numeric/vector';
import type { Database } from '@kindred/shared/platform/database';
import { LRUCache } from 'lru-cache';
import type { EmbeddingSource, WantedVector } from '../reads/embedding-source.ts';

interface CachedVector {
  readonly change: number;
  readonly vector: Float32Array;
}

/**
 * Reads embeddings from PostgreSQL and keeps those used last. A kept one is used only for the change number that it
 * was read at, so an item that is embedded anew is read anew.
 * @param bytesMax  What the vectors may take; at 384 dimensions 100 MB hold about 60,000.
 */
export function cachedEmbeddingSource(database: Database, bytesMax: number): EmbeddingSource {
  const cache = new LRUCache<string, CachedVector>({
    maxSize: bytesMax,
    sizeCalculation: ({ vector }) => vector.byteLength + 200,
  });
  // Ids hold no control characters, so these keys cannot be mistaken for one another.
  const keyOf = (catalog: CatalogId, space: SpaceId, item: ItemId): string => `${catalog}\n${space}\n${item}`;

  const kept = (catalog: CatalogId, space: SpaceId, wanted: readonly WantedVector[]): Map<ItemId, Float32Array> => {
    const found = new Map<ItemId, Float32Array>();
    for (const { item, change } of wanted) {
      const known = cache.get(keyOf(catalog, space, item));
      if (known?.change === change) found.set(item, known.vector);
    }
    return found;
  };

  return {
    kept,
    async vectors(catalog, space, wanted) {
      const found = kept(catalog, space, wanted);
      if (found.size === wanted.length) return found;
      const missing = wanted.map(({ item }) => item).filter((item) => !found.has(item));
      const { rows } = await database.query<{ item: ItemId; change: number; vector: Buffer }>({
        name: 'vectors',
        text: 'SELECT item_id AS item, change, vector FROM embeddings WHERE catalog = $1 AND space = $2 AND item_id = ANY($3)',
        values: [catalog, space, missing],
      });
      for (const row of rows) {
        const vector = vectorOf(row.vector);
        cache.set(keyOf(catalog, space, row.item), { change: row.change, vector });
        found.set(row.item, vector);
      }
      return found;
    },
  };
}
