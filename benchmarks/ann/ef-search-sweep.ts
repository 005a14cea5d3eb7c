import { ItemTable } from '@kindred/index/adapters/hnsw/domain/item-table';
import { HnswGeneration } from '@kindred/index/adapters/hnsw/hnsw-generation';
import { HNSW_DEFAULTS } from '@kindred/index/adapters/hnsw/hnsw-options';
import { searchGeneration } from '@kindred/index/adapters/hnsw/hnsw-search';
import { startProgress } from '../measure/progress.ts';
import type { EmbeddedItems } from './embedded-items.ts';
import type { NeighborFinder } from './neighbor-finder.ts';

/** The index without its thread, searched with one length of the candidate list. */
export interface Swept extends NeighborFinder {
  readonly efSearch: number;
}

/**
 * One graph, built as the served one is and searched with several `efSearch`; it is asked even if the served index would
 * find a scan cheaper.
 */
export function swept({ dimensions, items }: EmbeddedItems, efSearches: readonly number[]): readonly Swept[] {
  const table = new ItemTable();
  const generation = new HnswGeneration(dimensions, HNSW_DEFAULTS);
  const progress = startProgress('ann: building a graph to sweep', items.length);
  for (const { item, fields, vector } of items) {
    table.setFields(item, fields);
    generation.append(table.hold(item), vector);
    generation.indexNext();
    progress.at(generation.indexed);
  }
  progress.done();
  return efSearches.map((efSearch) => {
    const options = { ...HNSW_DEFAULTS, efSearch, scannedPerCandidate: 0 };
    return {
      name: `efSearch ${efSearch}`,
      efSearch,
      search: async (query) => searchGeneration(generation, table, { ...query, options }),
    };
  });
}
