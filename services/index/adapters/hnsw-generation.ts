import { createVectorStore, NO_ROW, NO_SLOT, type VectorStore } from '../domain/vector-store.ts';
import { createHnswGraph, type GraphParameters, type HnswGraph } from './hnsw-graph.ts';
import { createHnswNodes, type HnswNodes } from './hnsw-nodes.ts';

/**
 * One store and the graph over its first slots. Slots from `indexed` on, the tail, are not in the graph yet: whoever
 * searches scans them. Deleted and replaced vectors stay until a new generation takes the place of this one.
 */
export interface HnswGeneration {
  readonly store: VectorStore;
  readonly graph: HnswGraph;
  readonly nodes: HnswNodes;
  /** The first slot of the tail. */
  readonly indexed: number;
  /** Live vectors in the tail. */
  readonly unindexed: number;
  readonly tombstones: number;
  append(row: number, vector: Float32Array): void;
  remove(row: number): boolean;
  /** Builds the next live vector of the tail into the graph. @returns `false` when there is none. */
  indexNext(): boolean;
  /** Keeps the vectors readable until the returned function is called, even past `retire`. */
  pin(): () => void;
  /** Erases the vectors, so that what was deleted is not in memory any more. The generation is of no more use. */
  retire(): void;
}

/** What a snapshot restores. */
export interface RestoredGeneration {
  readonly store: VectorStore;
  readonly graph: HnswGraph;
  readonly indexed: number;
}

export function createGeneration(
  dimensions: number,
  parameters: GraphParameters,
  restored?: RestoredGeneration,
): HnswGeneration {
  const store = restored?.store ?? createVectorStore(dimensions);
  const graph = restored?.graph ?? createHnswGraph(dimensions, parameters);
  const nodes = createHnswNodes(store, restored && { nodes: graph.nodes(), indexed: restored.indexed });
  let indexed = restored?.indexed ?? 0;
  let unindexed = 0;
  for (let slot = indexed; slot < store.slots; slot++) if (store.rowAt(slot) !== NO_ROW) unindexed++;

  let pins = 0;
  let isRetired = false;
  const eraseUnpinned = (): void => {
    if (isRetired && pins === 0) store.erase();
  };

  const bury = (slot: number): void => {
    if (slot === NO_SLOT) return;
    if (slot >= indexed) {
      unindexed--;
      return;
    }
    const node = nodes.leave(slot);
    if (node !== undefined) graph.mark(node);
  };

  return {
    store,
    graph,
    nodes,
    get indexed() {
      return indexed;
    },
    get unindexed() {
      return unindexed;
    },
    get tombstones() {
      return store.slots - store.size;
    },
    append(row, vector) {
      bury(store.remove(row));
      store.append(row, vector);
      unindexed++;
    },
    remove(row) {
      const slot = store.remove(row);
      bury(slot);
      return slot !== NO_SLOT;
    },
    indexNext() {
      while (indexed < store.slots && store.rowAt(indexed) === NO_ROW) indexed++;
      if (indexed === store.slots) return false;
      if (!nodes.join(indexed)) graph.add(indexed, store.vectorAt(indexed));
      indexed++;
      unindexed--;
      return true;
    },
    pin() {
      pins++;
      return () => {
        pins--;
        eraseUnpinned();
      };
    },
    retire() {
      isRetired = true;
      graph.release();
      eraseUnpinned();
    },
  };
}
