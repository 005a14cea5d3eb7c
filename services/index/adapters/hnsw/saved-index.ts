import type { ItemId } from '@kindred/shared/id';
import type { ItemTable } from './domain/item-table.ts';
import { NO_ROW } from './domain/vector-store.ts';
import type { HnswGeneration } from './hnsw-generation.ts';
import type { GraphParameters } from './hnsw-graph.ts';

/** A point in an index's own history: equal on two occasions only if the graph is the same. */
export interface BuildState {
  /** Names the build; another one for every index that starts empty. */
  readonly build: string;
  /** Counts the generations of the build, from 0. */
  readonly generation: number;
  /** Death of the oldest dead vector, in milliseconds since 1970; `undefined` without one. */
  readonly tombstonesSinceMs: number | undefined;
}

/** The content of a snapshot beside the graph's file: an index at one moment, whatever becomes of the index meanwhile. */
export interface SavedIndex extends BuildState {
  readonly dimensions: number;
  readonly parameters: GraphParameters;
  readonly indexed: number;
  /** Number of nodes of the graph, and of those that can be found. */
  readonly graph: { readonly count: number; readonly size: number };
  /** The item of every slot; `null` for a dead one. */
  readonly items: readonly (ItemId | null)[];
  /** A copy of the vectors of the slots `from ≤ slot < to`. */
  vectors(from: number, to: number): Float32Array<ArrayBuffer>;
  /** To be called when `vectors` is not needed any more. */
  release(): void;
}

/** Captures a generation whose graph has just been written. */
export function savedIndexOf(
  generation: HnswGeneration,
  items: ItemTable,
  { build, parameters }: { readonly build: BuildState; readonly parameters: GraphParameters },
): SavedIndex {
  const { store, graph, indexed } = generation;
  const { M, efConstruction } = parameters;
  const rows = Array.from({ length: store.slots }, (_, slot) => store.rowAt(slot));
  return {
    ...build,
    dimensions: store.dimensions,
    parameters: { M, efConstruction },
    indexed,
    graph: { count: graph.count, size: graph.size },
    items: rows.map((row) => (row === NO_ROW ? null : items.itemAt(row))),
    vectors(from, to) {
      const copy = new Float32Array((to - from) * store.dimensions);
      for (let slot = from; slot < to; slot++) copy.set(store.vectorAt(slot), (slot - from) * store.dimensions);
      return copy;
    },
    release: generation.pin(),
  };
}
