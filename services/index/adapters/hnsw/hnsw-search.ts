import { compareIds } from '@kindred/shared/id';
import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import { TopK } from '@kindred/shared/numeric/top-k';
import { K_MAX } from '../../domain/neighbor-request.ts';
import { unitVector } from '../../domain/unit-vector.ts';
import type { ItemTable } from './domain/item-table.ts';
import type { RowSet } from './domain/row-set.ts';
import { planSearch, type SearchOptions, type SearchPlan } from './domain/search-plan.ts';
import { NO_ROW, NO_SLOT } from './domain/vector-store.ts';
import type { HnswGeneration } from './hnsw-generation.ts';

/** Most by which two computations of one similarity may differ. */
const ROUNDING = 1e-5;

interface Search {
  readonly generation: HnswGeneration;
  readonly allowed: RowSet;
  readonly targetRow: number;
  readonly vector: Float32Array;
  /** Makes an empty selection of k rows, by similarity to the vector. */
  readonly selection: () => TopK;
}

/** Answers one query from a generation; see `HnswIndex.search`. */
export function searchGeneration(
  generation: HnswGeneration,
  items: ItemTable,
  { target, k, filter, options }: NeighborQuery & { readonly options: SearchOptions },
): readonly Neighbor[] {
  if (!Number.isInteger(k) || k < 1 || k > K_MAX)
    throw new RangeError(`k must be a whole number from 1 to ${K_MAX}, not ${k}`);
  const { store, graph } = generation;
  let targetRow = NO_ROW;
  let vector: Float32Array;
  if ('item' in target) {
    targetRow = items.rowOf(target.item) ?? NO_ROW;
    const slot = targetRow === NO_ROW ? NO_SLOT : store.slotOf(targetRow);
    if (slot === NO_SLOT) return [];
    vector = store.vectorAt(slot);
  } else {
    vector = unitVector(target.vector, store.dimensions);
  }
  store.aim(vector);
  const allowed = items.passing(filter);
  const plan = planSearch(
    { k, allowed: allowed.count, items: items.count, vectors: store.size, nodes: graph.size },
    options,
  );
  const selection = (): TopK => new TopK(k, (left, right) => compareIds(items.itemAt(left), items.itemAt(right)));
  const search: Search = { generation, allowed, targetRow, vector, selection };
  const nearest = (plan.path === 'graph' ? searchGraph(search, plan) : undefined) ?? scan(search);
  return nearest.takeEntries().map(({ index: row, key: similarity }) => ({ item: items.itemAt(row), similarity }));
}

/** Compares with every allowed vector. */
function scan({ generation: { store }, allowed, targetRow, selection }: Search): TopK {
  const nearest = selection();
  allowed.forEach((row) => {
    const slot = store.slotOf(row);
    if (slot !== NO_SLOT && row !== targetRow) nearest.offer(row, store.similarity(slot));
  });
  return nearest;
}

/**
 * Asks the graph for more than k and keeps what passes, together with what passes in the tail and among the unreachable.
 * @returns `undefined` if fewer than k passed, or if vectors that were not fetched may be as near as the last that was
 * kept, so that only a scan can tell which of them come first.
 */
function searchGraph(search: Search, plan: SearchPlan & { path: 'graph' }): TopK | undefined {
  const { generation, allowed, targetRow, vector } = search;
  const nearest = search.selection();
  const { store, graph, nodes, indexed, unreachable } = generation;
  const offer = (slot: number): void => {
    const row = store.rowAt(slot);
    if (row !== NO_ROW && row !== targetRow && allowed.has(row)) nearest.offer(row, store.similarity(slot));
  };
  const fetched = graph.search(vector, plan.fetch, plan.efSearch);
  for (const node of fetched) {
    for (const slot of nodes.sharedBy(node) ?? [node]) if (!unreachable.has(slot)) offer(slot);
  }
  if (!nearest.isFull) return undefined;
  const edge = store.similarity(fetched.at(-1)!);
  if (nearest.worst <= edge + ROUNDING) return undefined;
  for (let slot = indexed; slot < store.slots; slot++) offer(slot);
  for (const slot of unreachable) offer(slot);
  return nearest;
}
