import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { EmbeddingSource, WantedVector } from './embedding-source.ts';

interface StoredVector {
  readonly change: number;
  readonly vector: Float32Array;
}

/** Holds embeddings in memory, without a bound. */
export class MemoryEmbeddingSource implements EmbeddingSource {
  readonly #stored = new Map<string, StoredVector>();
  /** Embeddings as they were last read. */
  readonly #kept = new Map<string, StoredVector>();

  /** @param vector  Unit length. @param change  Larger than that of the item's embedding before. */
  put(catalog: CatalogId, space: SpaceId, item: ItemId, { change, vector }: StoredVector): void {
    this.#stored.set(keyOf(catalog, space, item), { change, vector });
  }

  remove(catalog: CatalogId, space: SpaceId, item: ItemId): void {
    this.#stored.delete(keyOf(catalog, space, item));
  }

  async vectors(
    catalog: CatalogId,
    space: SpaceId,
    wanted: readonly WantedVector[],
  ): Promise<ReadonlyMap<ItemId, Float32Array>> {
    return found(wanted, ({ item }) => {
      const key = keyOf(catalog, space, item);
      const stored = this.#stored.get(key);
      if (stored !== undefined) this.#kept.set(key, stored);
      return stored;
    });
  }

  kept(catalog: CatalogId, space: SpaceId, wanted: readonly WantedVector[]): ReadonlyMap<ItemId, Float32Array> {
    return found(wanted, ({ item, change }) => {
      const kept = this.#kept.get(keyOf(catalog, space, item));
      return kept?.change === change ? kept : undefined;
    });
  }
}

function found(
  wanted: readonly WantedVector[],
  of: (wanted: WantedVector) => StoredVector | undefined,
): ReadonlyMap<ItemId, Float32Array> {
  return new Map(
    wanted.flatMap((each) => {
      const stored = of(each);
      return stored === undefined ? [] : [[each.item, stored.vector] as const];
    }),
  );
}

/** Ids hold no control characters, so no two triples have the same key. */
function keyOf(catalog: CatalogId, space: SpaceId, item: ItemId): string {
  return `${catalog}\n${space}\n${item}`;
}
