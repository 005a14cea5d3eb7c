import { encodeToken } from '@kindred/shared/api/write-token';
import type { Item, ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import { Problem } from '@kindred/shared/problem';
import type { CatalogStore, CatalogSummary, ItemStore, NewSpace, Precondition, StoredItem } from './item-store.ts';

export interface IngestionOptions {
  readonly catalogs: CatalogStore;
  readonly items: ItemStore;
  /** The space of the model that new catalogs are embedded with. */
  readonly space: NewSpace;
  /** Told after every write of items. */
  readonly onWritten: () => void;
}

/** An item as it is answered: its fields with the defaults filled in. */
export interface AnsweredItem extends ItemFields {
  readonly id: ItemId;
}

export interface Ingestion {
  catalogs(): Promise<readonly CatalogSummary[]>;
  createCatalog(catalog: CatalogId): Promise<boolean>;
  putItems(catalog: CatalogId, items: readonly Item[]): Promise<string>;
  putItem(
    catalog: CatalogId,
    item: Item,
    precondition: Precondition | undefined,
  ): Promise<{ item: AnsweredItem; etag: string; isNew: boolean; token: string }>;
  getItem(catalog: CatalogId, item: ItemId): Promise<{ item: AnsweredItem; etag: string }>;
  deleteItem(catalog: CatalogId, item: ItemId, precondition: Precondition | undefined): Promise<string>;
  requireCatalog(catalog: CatalogId): Promise<void>;
}

export function createIngestion({ catalogs, items, space, onWritten }: IngestionOptions): Ingestion {
  const requireCatalog = async (catalog: CatalogId): Promise<void> => {
    if (!(await catalogs.exists(catalog))) throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
  };
  return {
    catalogs: () => catalogs.list(),
    createCatalog: async (catalog) => {
      const isNew = await catalogs.create(catalog, space);
      if (isNew) onWritten();
      return isNew;
    },
    putItems: async (catalog, given) => {
      const change = await items.putAll(catalog, given, Date.now());
      onWritten();
      return encodeToken({ change });
    },
    putItem: async (catalog, given, precondition) => {
      const { item, isNew } = await items.put(catalog, given, Date.now(), precondition);
      onWritten();
      return { item: answered(item), etag: etagOf(item.change), isNew, token: encodeToken({ change: item.change }) };
    },
    getItem: async (catalog, id) => {
      const item = await items.get(catalog, id);
      if (item === undefined) {
        await requireCatalog(catalog);
        throw new Problem('item-not-found', `there is no item ${id} in ${catalog}`);
      }
      return { item: answered(item), etag: etagOf(item.change) };
    },
    deleteItem: async (catalog, id, precondition) => {
      const change = await items.delete(catalog, id, precondition);
      onWritten();
      return encodeToken({ change });
    },
    requireCatalog,
  };
}

function answered({ id, fields, createdAtMs }: StoredItem): AnsweredItem {
  return { id, available: true, ...fields, createdAt: new Date(createdAtMs).toISOString() };
}

const etagOf = (change: number): string => `"${change}"`;
