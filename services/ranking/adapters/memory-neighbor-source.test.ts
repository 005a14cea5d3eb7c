import type { CatalogId } from '@kindred/shared/id';
import { neighborSourceContract } from '@kindred/shared/neighbor.contract';
import { describe } from 'vitest';
import { MEMORY_SPACE, MemoryNeighborSource } from './memory-neighbor-source.ts';

describe('neighbors in memory', () => {
  const source = new MemoryNeighborSource();
  let catalogs = 0;
  neighborSourceContract({
    source,
    newCatalog: async () => ({ catalog: `c${catalogs++}` as CatalogId, space: MEMORY_SPACE }),
    put: async (...item) => source.put(...item),
    remove: async (...item) => source.remove(...item),
  });
});
