import { createItemTable } from '../domain/item-table.ts';
import { createExactIndex } from './exact-index.ts';
import { vectorIndexContract } from './vector-index.contract.ts';

vectorIndexContract((dimensions) => {
  const items = createItemTable();
  return { items, index: createExactIndex({ dimensions, items }) };
});
