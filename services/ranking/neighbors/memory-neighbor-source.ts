import type { ItemFields } from '@kindred/shared/catalog';
import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import { type CatalogId, compareIds, type ItemId, type SpaceId } from '@kindred/shared/id';
import type { Neighbor, NeighborAnswer, NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { dot } from '@kindred/shared/numeric/vector';
import { Signal } from '@kindred/shared/platform/signal';
import { Problem } from '@kindred/shared/problem';

interface StoredCatalog {
  readonly fields: Map<ItemId, ItemFields>;
  readonly vectors: Map<SpaceId, Map<ItemId, Float32Array>>;
  space: SpaceId | undefined;
  /** Last change that answers hold. */
  change: number;
}

/**
 * Exact neighbors in memory, for tests: compares with every vector of the serving space. Knows items as they were written to
 * it, so a test can let it lag behind.
 */
export class MemoryNeighborSource implements NeighborSource {
  readonly #catalogs = new Map<CatalogId, StoredCatalog>();
  readonly #changed = new Signal();

  putItem(catalog: CatalogId, item: ItemId, fields: ItemFields, change: number): void {
    this.#at(catalog, change).fields.set(item, fields);
  }

  /** @param vector  Unit length. */
  embed(
    catalog: CatalogId,
    space: SpaceId,
    item: ItemId,
    { vector, change }: { vector: Float32Array; change: number },
  ) {
    const { vectors } = this.#at(catalog, change);
    vectors.set(space, (vectors.get(space) ?? new Map()).set(item, vector));
  }

  removeItem(catalog: CatalogId, item: ItemId, change: number): void {
    const { fields, vectors } = this.#at(catalog, change);
    fields.delete(item);
    for (const space of vectors.values()) space.delete(item);
  }

  serve(catalog: CatalogId, space: SpaceId | undefined, change: number): void {
    this.#at(catalog, change).space = space;
  }

  async neighbors(catalog: CatalogId, queries: readonly NeighborQuery[], position = 0): Promise<NeighborAnswer> {
    const stored = this.#of(catalog);
    if (position > stored.change) throw new Problem('unavailable', 'the position is not reached');
    return {
      space: stored.space,
      version: `${stored.space ?? 'none'}-${stored.change}`,
      neighbors: queries.map((query) => nearest(stored, query)),
    };
  }

  async reached(catalog: CatalogId, change: number, timeoutMs: number): Promise<number | undefined> {
    const stored = this.#of(catalog);
    for (const deadlineMs = performance.now() + timeoutMs; stored.change < change; ) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return undefined;
      await this.#changed.wait(leftMs);
    }
    return stored.change;
  }

  #at(catalog: CatalogId, change: number): StoredCatalog {
    const stored = this.#of(catalog);
    stored.change = Math.max(stored.change, change);
    this.#changed.notify();
    return stored;
  }

  #of(catalog: CatalogId): StoredCatalog {
    const known = this.#catalogs.get(catalog);
    if (known !== undefined) return known;
    const empty: StoredCatalog = { fields: new Map(), vectors: new Map(), space: undefined, change: 0 };
    this.#catalogs.set(catalog, empty);
    return empty;
  }
}

function nearest(
  { space, vectors, fields }: StoredCatalog,
  { target, k, filter = {} }: NeighborQuery,
): readonly Neighbor[] {
  if (space === undefined) return [];
  const stored = vectors.get(space) ?? new Map<ItemId, Float32Array>();
  if ('vector' in target && target.space !== undefined && target.space !== space) return [];
  const wanted = 'item' in target ? stored.get(target.item) : target.vector;
  if (wanted === undefined) return [];
  const passes = predicateOf(filter);
  return [...stored]
    .filter(([item]) => {
      const own = fields.get(item);
      return own !== undefined && passes(filterFieldsOf(own)) && !('item' in target && target.item === item);
    })
    .map(([item, vector]): Neighbor => ({ item, similarity: dot(wanted, vector) }))
    .sort((a, b) => b.similarity - a.similarity || compareIds(a.item, b.item))
    .slice(0, k);
}
