import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { NeighborsUnderTest } from '@kindred/shared/neighbor.contract';
import { MemoryNeighborSource } from './memory-neighbor-source.ts';

const SPACE = 'memory' as SpaceId;

/** A source in memory that is filled as the contract says; change numbers of all catalogs rise together. */
export function memoryNeighbors(): NeighborsUnderTest {
  const source = new MemoryNeighborSource();
  let catalogs = 0;
  let change = 0;
  return {
    source,
    newCatalog: async () => {
      const catalog = `c${catalogs++}` as CatalogId;
      source.serve(catalog, SPACE, ++change);
      return { catalog, space: SPACE };
    },
    put: async (catalog, item, fields, vector) => {
      source.putItem(catalog, item, fields, ++change);
      if (vector !== undefined) source.embed(catalog, SPACE, item, { vector, change: ++change });
      return change;
    },
    remove: async (catalog, item) => {
      source.removeItem(catalog, item, ++change);
      return change;
    },
  };
}
