import type { Item, ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId } from '@kindred/shared/id';

/** An item as it is stored. Rows written under earlier rules are read unchecked. */
export interface StoredItem {
  readonly id: ItemId;
  readonly fields: ItemFields;
  readonly createdAtMs: number;
  /** The number of its last write, in commit order over all catalogs. */
  readonly change: number;
}

/** The state that an item must be in for a write to happen: at any of these changes, or merely existing. */
export type Precondition = { readonly changes: readonly number[] } | 'exists';

/** An item as a write left it. */
export interface WrittenItem {
  readonly item: StoredItem;
  readonly isNew: boolean;
}

/** Items with their change numbers, which rise in commit order. An acknowledged write survives a crash. */
export interface ItemStore {
  /**
   * Stores all items in one transaction and queues those whose text changed; the last of several with one id wins.
   * @throws {Problem} `catalog-not-found`
   * @returns The highest change number.
   */
  putAll(catalog: CatalogId, items: readonly Item[], nowMs: number): Promise<number>;
  /** @throws {Problem} `catalog-not-found`, `precondition-failed` */
  put(catalog: CatalogId, item: Item, nowMs: number, precondition: Precondition | undefined): Promise<WrittenItem>;
  get(catalog: CatalogId, item: ItemId): Promise<StoredItem | undefined>;
  /**
   * @returns The change number of the deletion.
   * @throws {Problem} `catalog-not-found`, `item-not-found`, `precondition-failed`
   */
  delete(catalog: CatalogId, item: ItemId, precondition: Precondition | undefined): Promise<number>;
}
