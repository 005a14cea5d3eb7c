import { createExactIndex } from '@kindred/index/adapters/exact/exact-index-engine';
import { createItemTable, type ItemTable } from '@kindred/index/adapters/hnsw/domain/item-table';
import type { IndexEngine, VectorIndex } from '@kindred/index/ports/index-engine';
import type { CatalogId, SpaceId } from '@kindred/shared/id';

/** An index engine that compares with everything: what others approximate. Keeps no snapshots. */
export function exactEngine(): IndexEngine {
  const catalogs = new Map<CatalogId, { items: ItemTable; spaces: Map<SpaceId, VectorIndex>; change: number }>();
  const catalogOf = (id: CatalogId) => {
    const known = catalogs.get(id) ?? { items: createItemTable(), spaces: new Map<SpaceId, VectorIndex>(), change: 0 };
    catalogs.set(id, known);
    return known;
  };
  return {
    async open({ catalog, space, dimensions }) {
      const { items, spaces } = catalogOf(catalog);
      if (!spaces.has(space)) spaces.set(space, createExactIndex({ dimensions, items }));
      return { change: 0, refusals: [] };
    },
    async drop({ catalog, space }) {
      catalogOf(catalog).spaces.delete(space);
    },
    async apply(changes) {
      for (const each of changes) {
        const catalog = catalogOf(each.catalog);
        catalog.change = each.change;
        if (each.kind === 'embedding') catalog.spaces.get(each.space)?.upsert(each.item, each.vector);
        else if (each.fields !== undefined) catalog.items.setFields(each.item, each.fields);
        else {
          catalog.items.removeFields(each.item);
          for (const index of catalog.spaces.values()) index.remove(each.item);
        }
      }
      return [];
    },
    async search({ catalog, space }, queries) {
      const { spaces, change } = catalogOf(catalog);
      return { version: `exact.${change}`, neighbors: queries.map((query) => spaces.get(space)!.search(query)) };
    },
    snapshot: async () => {},
    status: async () => [],
    close: async () => {},
  };
}
