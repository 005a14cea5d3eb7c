import { vectorIndexContract } from '../../ports/index-engine-history.contract.ts';
import { createItemTable } from '../hnsw/domain/item-table.ts';
import { createExactIndex } from './exact-index-engine.ts';

vectorIndexContract((dimensions) => {
  const items = createItemTable();
  return { items, index: createExactIndex({ dimensions, items }) };
});
