import { type CatalogId, compareIds, type ItemId, type SpaceId } from '@kindred/shared/id';
import { NON_PERSONALIZED_MAX } from '@kindred/shared/model/ranking-features';
import type { ListedItem, NonPersonalized } from '../sources/non-personalized.ts';
import type { CatalogMarks, CatalogStateSource } from './catalog-state-source.ts';

/** Ranks of an item by its counters; `undefined` for one without engagement. */
export interface CounterRanks {
  readonly short: number | undefined;
  readonly long: number | undefined;
}

interface StoredCatalog {
  readonly items: Map<ItemId, { readonly createdAtMs: number; readonly available: boolean }>;
  readonly ranks: Map<ItemId, CounterRanks>;
  space: SpaceId | undefined;
  marks: CatalogMarks;
}

/** Holds what the states of catalogs follow from in memory. */
export class MemoryCatalogStateSource implements CatalogStateSource {
  readonly #catalogs = new Map<CatalogId, StoredCatalog>();

  create(catalog: CatalogId): void {
    const marks = { events: 0, items: 0, artifact: null };
    this.#catalogs.set(catalog, { items: new Map(), ranks: new Map(), space: undefined, marks });
  }

  putItem(catalog: CatalogId, item: ItemId, stored: { createdAtMs: number; available: boolean; change: number }): void {
    const { createdAtMs, available, change } = stored;
    this.#of(catalog).items.set(item, { createdAtMs, available });
    this.#mark(catalog, { items: change });
  }

  removeItem(catalog: CatalogId, item: ItemId, change: number): void {
    this.#of(catalog).items.delete(item);
    this.#mark(catalog, { items: change });
  }

  /** Notes a change of an embedding, which no list shows. */
  embed(catalog: CatalogId, change: number): void {
    this.#mark(catalog, { items: change });
  }

  serve(catalog: CatalogId, space: SpaceId | undefined, change: number): void {
    this.#of(catalog).space = space;
    this.#mark(catalog, { items: change });
  }

  rank(catalog: CatalogId, item: ItemId, ranks: CounterRanks, change: number): void {
    this.#of(catalog).ranks.set(item, ranks);
    this.#mark(catalog, { events: change });
  }

  /** Notes the erasure of a user; `rank` says what became of the counters. */
  eraseUser(catalog: CatalogId, change: number): void {
    this.#mark(catalog, { events: change });
  }

  /** @param version  `null` if all artifacts were withdrawn. */
  serveArtifact(catalog: CatalogId, version: number | null): void {
    const stored = this.#of(catalog);
    stored.marks = { ...stored.marks, artifact: version };
  }

  async exists(catalog: CatalogId): Promise<boolean> {
    return this.#catalogs.has(catalog);
  }

  async marks(catalog: CatalogId): Promise<CatalogMarks> {
    return this.#of(catalog).marks;
  }

  async lists(catalog: CatalogId): Promise<{ nonPersonalized: NonPersonalized; space: SpaceId | undefined }> {
    const { items, ranks, space } = this.#of(catalog);
    const ranked = [...ranks];
    return {
      nonPersonalized: {
        trending: listed(ranked.map(([item, { short }]) => ({ item, score: short }))),
        popular: listed(ranked.map(([item, { long }]) => ({ item, score: long }))),
        latest: listed(
          [...items].map(([item, { createdAtMs, available }]) => ({
            item,
            score: available ? createdAtMs : undefined,
          })),
        ),
      },
      space,
    };
  }

  #of(catalog: CatalogId): StoredCatalog {
    const stored = this.#catalogs.get(catalog);
    if (stored === undefined) throw new Error(`there is no catalog ${catalog}`);
    return stored;
  }

  /** Raises the marks of changes, which may be noted in any order. */
  #mark(catalog: CatalogId, { events = 0, items = 0 }: { readonly events?: number; readonly items?: number }): void {
    const stored = this.#of(catalog);
    const { marks } = stored;
    stored.marks = { ...marks, events: Math.max(marks.events, events), items: Math.max(marks.items, items) };
  }
}

function listed(entries: readonly { item: ItemId; score: number | undefined }[]): readonly ListedItem[] {
  return entries
    .flatMap(({ item, score }): ListedItem[] => (score === undefined ? [] : [{ item, score }]))
    .sort((a, b) => b.score - a.score || compareIds(a.item, b.item))
    .slice(0, NON_PERSONALIZED_MAX);
}
