import { MAIN_CATALOG } from '@kindred/shared/id';
import { embeddingSourceContract } from './embedding-source.contract.ts';
import { MemoryEmbeddingSource } from './memory-embedding-source.ts';

embeddingSourceContract(async () => {
  const source = new MemoryEmbeddingSource();
  let change = 0;
  return {
    source,
    catalog: MAIN_CATALOG,
    put: async (space, item, vector) => {
      source.put(MAIN_CATALOG, space, item, { change: ++change, vector });
      return change;
    },
    remove: async (space, item) => source.remove(MAIN_CATALOG, space, item),
  };
}, 200);
