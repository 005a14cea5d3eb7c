import type { ItemFields } from '@kindred/shared/catalog';
import { type CatalogId, compareIds, type ItemId, type SpaceId } from '@kindred/shared/id';
import type { ItemReader, ItemRow, ItemView, PageKey } from './item-reader.ts';

/** An item as it is written. */
export interface WrittenItem extends PageKey {
  readonly change: number;
  readonly fields: ItemFields;
}

interface StoredCatalog {
  readonly items: Map<ItemId, WrittenItem>;
  /** Change numbers of each item's embeddings. */
  readonly embeddings: Map<ItemId, Map<SpaceId, number>>;
  /** Rows as they were last read, by space and item. */
  readonly kept: Map<string, ItemRow>;
}

/** Holds the items of all catalogs in memory, without a bound. */
export class MemoryItemReader implements ItemReader {
  readonly #catalogs = new Map<CatalogId, StoredCatalog>();

  put(catalog: CatalogId, item: WrittenItem): void {
    this.#of(catalog).items.set(item.item, item);
  }

  /** Deletes the item with its embeddings. */
  remove(catalog: CatalogId, item: ItemId): void {
    const { items, embeddings } = this.#of(catalog);
    items.delete(item);
    embeddings.delete(item);
  }

  /** Sets the change number of an item's embedding. */
  embed(catalog: CatalogId, space: SpaceId, item: ItemId, change: number): void {
    const { embeddings } = this.#of(catalog);
    embeddings.set(item, new Map([...(embeddings.get(item) ?? []), [space, change]]));
  }

  async view(catalog: CatalogId): Promise<ItemView> {
    const { items: stored, embeddings, kept } = this.#of(catalog);
    return {
      rows: async (space, items) => {
        const found = new Map<ItemId, ItemRow>();
        for (const item of items) {
          const written = stored.get(item);
          if (written === undefined) continue;
          const row = rowOf(written, space && embeddings.get(item)?.get(space));
          kept.set(keyOf(space, item), row);
          found.set(item, row);
        }
        return found;
      },
    };
  }

  kept(catalog: CatalogId, space: SpaceId | undefined, items: readonly ItemId[]): ReadonlyMap<ItemId, ItemRow> {
    const { kept } = this.#of(catalog);
    return new Map(
      items.flatMap((item) => {
        const row = kept.get(keyOf(space, item));
        return row === undefined ? [] : [[item, row] as const];
      }),
    );
  }

  async page(catalog: CatalogId, after: PageKey | undefined, countMax: number): Promise<readonly PageKey[]> {
    return [...this.#of(catalog).items.values()]
      .map(({ item, createdAtMs }): PageKey => ({ item, createdAtMs }))
      .filter((key) => after === undefined || newestFirst(after, key) < 0)
      .sort(newestFirst)
      .slice(0, countMax);
  }

  #of(catalog: CatalogId): StoredCatalog {
    const known = this.#catalogs.get(catalog);
    if (known !== undefined) return known;
    const empty: StoredCatalog = { items: new Map(), embeddings: new Map(), kept: new Map() };
    this.#catalogs.set(catalog, empty);
    return empty;
  }
}

function rowOf({ item, change, fields, createdAtMs }: WrittenItem, embeddingChange: number | undefined): ItemRow {
  return {
    item,
    change,
    fields,
    bytes: Buffer.byteLength(JSON.stringify(fields)),
    available: fields.available ?? true,
    createdAtMs,
    embeddingChange,
  };
}

function newestFirst(left: PageKey, right: PageKey): number {
  return right.createdAtMs - left.createdAtMs || compareIds(left.item, right.item);
}

/** Ids hold no control characters, so no two pairs have the same key. */
function keyOf(space: SpaceId | undefined, item: ItemId): string {
  return `${space ?? ''}\n${item}`;
}
