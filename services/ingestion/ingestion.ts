import { encodeToken } from '@kindred/shared/api/write-token';
import type { Item, ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import { Problem } from '@kindred/shared/problem';
import type { CatalogStore, CatalogSummary, NewSpace } from './catalog-store.ts';
import type { ItemStore, Precondition, StoredItem } from './item-store.ts';

/** Stores of the ingestion service, and whom it tells of writes. */
export interface IngestionOptions {
  readonly catalogs: CatalogStore;
  readonly items: ItemStore;
  /** The space of the model that new catalogs are embedded with. */
  readonly space: NewSpace;
  /** Called after every committed write. */
  readonly onWritten: () => void;
}

/** An item with the defaults of absent fields filled in. */
export interface AnsweredItem extends ItemFields {
  readonly id: ItemId;
}

/** An item and the entity tag of the state that it was read in. */
export interface TaggedItem {
  readonly item: AnsweredItem;
  readonly etag: string;
}

/** The answer to a write of one item. */
export interface WriteReceipt extends TaggedItem {
  readonly isNew: boolean;
  /** For reads that must reflect the write. */
  readonly token: string;
}

/** Writes and reads catalogs and items. Embedding follows each write on its own. */
export class Ingestion {
  readonly #catalogs: CatalogStore;
  readonly #items: ItemStore;
  readonly #space: NewSpace;
  readonly #onWritten: () => void;

  constructor({ catalogs, items, space, onWritten }: IngestionOptions) {
    this.#catalogs = catalogs;
    this.#items = items;
    this.#space = space;
    this.#onWritten = onWritten;
  }

  /** All catalogs by id. */
  catalogs(): Promise<readonly CatalogSummary[]> {
    return this.#catalogs.list();
  }

  /** @returns True if the catalog is new. */
  async createCatalog(catalog: CatalogId): Promise<boolean> {
    const isNew = await this.#catalogs.create(catalog, this.#space);
    if (isNew) this.#onWritten();
    return isNew;
  }

  /** @throws {Problem} `catalog-not-found` */
  async requireCatalog(catalog: CatalogId): Promise<void> {
    if (!(await this.#catalogs.exists(catalog))) {
      throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
    }
  }

  /**
   * Stores all items or none.
   * @returns The token of the write.
   * @throws {Problem} `catalog-not-found`
   */
  async putItems(catalog: CatalogId, items: readonly Item[]): Promise<string> {
    const change = await this.#items.putAll(catalog, items, Date.now());
    this.#onWritten();
    return encodeToken({ change });
  }

  /**
   * Replaces an item whole, or creates it.
   * @throws {Problem} `catalog-not-found`, `precondition-failed`
   */
  async putItem(catalog: CatalogId, item: Item, precondition: Precondition | undefined): Promise<WriteReceipt> {
    const written = await this.#items.put(catalog, item, Date.now(), precondition);
    this.#onWritten();
    return { ...tagged(written.item), isNew: written.isNew, token: encodeToken({ change: written.item.change }) };
  }

  /** @throws {Problem} `catalog-not-found`, `item-not-found` */
  async getItem(catalog: CatalogId, id: ItemId): Promise<TaggedItem> {
    const item = await this.#items.get(catalog, id);
    if (item !== undefined) return tagged(item);
    await this.requireCatalog(catalog);
    throw new Problem('item-not-found', `there is no item ${id} in ${catalog}`);
  }

  /**
   * @returns The token of the deletion.
   * @throws {Problem} `catalog-not-found`, `item-not-found`, `precondition-failed`
   */
  async deleteItem(catalog: CatalogId, id: ItemId, precondition: Precondition | undefined): Promise<string> {
    const change = await this.#items.delete(catalog, id, precondition);
    this.#onWritten();
    return encodeToken({ change });
  }
}

function tagged({ id, fields, createdAtMs, change }: StoredItem): TaggedItem {
  const item = { id, available: true, ...fields, createdAt: new Date(createdAtMs).toISOString() };
  return { item, etag: `"${change}"` };
}
