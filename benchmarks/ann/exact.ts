import { createExactIndex } from '@kindred/index/adapters/exact/exact-index-engine';
import { createItemTable } from '@kindred/index/adapters/hnsw/domain/item-table';
import type { EmbeddedItems } from './embedded-items.ts';
import type { NeighborFinder } from './neighbor-finder.ts';

/** The product's oracle: compares with everything. Its recall is below 1 only where this benchmark is wrong. */
export function exact({ dimensions, items }: EmbeddedItems): NeighborFinder {
  const table = createItemTable();
  const index = createExactIndex({ dimensions, items: table });
  for (const { item, fields, vector } of items) {
    table.setFields(item, fields);
    index.upsert(item, vector);
  }
  return { name: 'exact', search: async (query) => index.search(query) };
}
