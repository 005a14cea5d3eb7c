import type { ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';

/** An item that exists. */
export interface ItemRow {
  readonly item: ItemId;
  /** Its change number. */
  readonly change: number;
  readonly fields: ItemFields;
  /** Size of the fields as JSON. */
  readonly bytes: number;
  readonly available: boolean;
  readonly createdAtMs: number;
  /** Change number of its embedding in the space that was asked for. */
  readonly embeddingChange: number | undefined;
}

/** A catalog's items as of the view's creation, or later. */
export interface ItemView {
  /** @returns Rows of the items that exist. No round trip if all are cached, else one. */
  rows(space: SpaceId | undefined, items: readonly ItemId[]): Promise<ReadonlyMap<ItemId, ItemRow>>;
}

/** End of a page of items. */
export interface PageKey {
  readonly createdAtMs: number;
  readonly item: ItemId;
}

/** Reads item rows through a bounded cache that is never older than the view. */
export interface ItemReader {
  /** One round trip. */
  view(catalog: CatalogId): Promise<ItemView>;
  /** @returns Cached rows as they were last read, for when the store is unavailable. */
  kept(catalog: CatalogId, space: SpaceId | undefined, items: readonly ItemId[]): ReadonlyMap<ItemId, ItemRow>;
  /** @returns Existing items, latest created first, ties by id; fewer than `countMax` only if there are no more. */
  page(catalog: CatalogId, after: PageKey | undefined, countMax: number): Promise<readonly PageKey[]>;
}
