import type { ItemFields } from '@kindred/shared/catalog';
import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { Neighbor, NeighborAnswer, NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { Signal } from '@kindred/shared/platform/signal';
import { Problem } from '@kindred/shared/problem';

export const MEMORY_SPACE = 'memory' as SpaceId;

interface StoredItem {
  readonly fields: ItemFields;
  readonly vector: Float32Array | undefined;
}

/** Exact neighbors in memory, for tests: compares with everything. Change numbers of all catalogs rise together. */
export class MemoryNeighborSource implements NeighborSource {
  readonly #catalogs = new Map<CatalogId, Map<ItemId, StoredItem>>();
  readonly #changed = new Signal();
  #change = 0;

  /** @param vector  Unit length. @returns The change number of the write. */
  put(catalog: CatalogId, item: ItemId, fields: ItemFields, vector: Float32Array | undefined): number {
    this.#itemsOf(catalog).set(item, { fields, vector });
    return this.#next();
  }

  /** @returns The change number of the deletion. */
  remove(catalog: CatalogId, item: ItemId): number {
    this.#itemsOf(catalog).delete(item);
    return this.#next();
  }

  async neighbors(catalog: CatalogId, queries: readonly NeighborQuery[], position = 0): Promise<NeighborAnswer> {
    if (position > this.#change) throw new Problem('unavailable', 'the position is not reached');
    return {
      space: MEMORY_SPACE,
      version: `memory.${this.#change}`,
      neighbors: queries.map((query) => this.#search(catalog, query)),
    };
  }

  async reached(_catalog: CatalogId, change: number, timeoutMs: number): Promise<number | undefined> {
    for (const deadlineMs = performance.now() + timeoutMs; this.#change < change; ) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return undefined;
      await this.#changed.wait(leftMs);
    }
    return this.#change;
  }

  #search(catalog: CatalogId, { target, k, filter }: NeighborQuery): readonly Neighbor[] {
    const items = this.#itemsOf(catalog);
    const self = 'item' in target ? target.item : undefined;
    const vector = 'item' in target ? items.get(target.item)?.vector : target.vector;
    const isOfAnotherSpace = 'space' in target && target.space !== MEMORY_SPACE;
    if (vector === undefined || isOfAnotherSpace) return [];
    const passes = predicateOf(filter ?? {});
    return [...items]
      .flatMap(([item, stored]): Neighbor[] => {
        if (stored.vector === undefined || item === self || !passes(filterFieldsOf(stored.fields))) return [];
        return [{ item, similarity: cosine(stored.vector, vector) }];
      })
      .sort((a, b) => b.similarity - a.similarity || Buffer.compare(Buffer.from(a.item), Buffer.from(b.item)))
      .slice(0, k);
  }

  #itemsOf(catalog: CatalogId): Map<ItemId, StoredItem> {
    const items = this.#catalogs.get(catalog) ?? new Map<ItemId, StoredItem>();
    this.#catalogs.set(catalog, items);
    return items;
  }

  #next(): number {
    this.#change++;
    this.#changed.notify();
    return this.#change;
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, part, index) => sum + part * b[index]!, 0);
}
