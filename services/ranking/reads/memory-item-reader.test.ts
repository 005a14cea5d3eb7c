import { MAIN_CATALOG } from '@kindred/shared/id';
import { itemReaderContract } from './item-reader.contract.ts';
import { MemoryItemReader } from './memory-item-reader.ts';

itemReaderContract(async () => {
  const reader = new MemoryItemReader();
  let change = 0;
  return {
    reader,
    catalog: MAIN_CATALOG,
    put: async (item, fields, createdAtMs) => reader.put(MAIN_CATALOG, { item, change: ++change, fields, createdAtMs }),
    remove: async (item) => reader.remove(MAIN_CATALOG, item),
    embed: async (space, item) => reader.embed(MAIN_CATALOG, space, item, ++change),
  };
}, 200);
