import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';

export interface WantedVector {
  readonly item: ItemId;
  /** Change number of the embedding as the item's row has it: a cached embedding is used for that change only. */
  readonly change: number;
}

/** Reads embeddings by item through a bounded cache. */
export interface EmbeddingSource {
  /** @returns Unit-length embeddings of the items that have one; the newer one if an item was embedded again since. */
  vectors(
    catalog: CatalogId,
    space: SpaceId,
    wanted: readonly WantedVector[],
  ): Promise<ReadonlyMap<ItemId, Float32Array>>;
  /** @returns Cached ones only. */
  kept(catalog: CatalogId, space: SpaceId, wanted: readonly WantedVector[]): ReadonlyMap<ItemId, Float32Array>;
}
