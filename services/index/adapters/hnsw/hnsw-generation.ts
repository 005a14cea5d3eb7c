import { createVectorStore, NO_ROW, NO_SLOT, type VectorStore } from './domain/vector-store.ts';
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
  /**
   * Live slots that the graph does not lead to, as far as `checkNext` knows: whoever searches scans them too. Every node
   * is linked when it comes, but nodes that come later can take the place of all links to it.
   */
  readonly strays: ReadonlySet<number>;
  /** Stands for the set of strays; 0 without one. */
  readonly strayKey: number;
  /** Slots that `checkNext` has not looked at since the graph last grew. */
  readonly unchecked: number;
  readonly tombstones: number;
  append(row: number, vector: Float32Array): void;
  remove(row: number): boolean;
  /** Builds the next live vector of the tail into the graph. @returns `false` when there is none. */
  indexNext(): boolean;
  /** Looks whether a search for the next live vector of the graph finds it. @returns `false` when all have been looked at. */
  checkNext(efSearch: number): boolean;
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

/** A vector has itself among its nearest, but for others that are equal up to rounding. */
const CHECKED_NEIGHBORS = 10;

export function createGeneration(
  dimensions: number,
  parameters: GraphParameters,
  restored?: RestoredGeneration,
): HnswGeneration {
  const store = restored?.store ?? createVectorStore(dimensions);
  const graph = restored?.graph ?? createHnswGraph(dimensions, parameters);
  const nodes = createHnswNodes(store, restored && { nodes: graph.nodes(), indexed: restored.indexed });
  let indexed = restored?.indexed ?? 0;
  const strays = new Set<number>();
  let strayKey = 0;
  let unchecked = indexed;
  let lastChecked = -1;
  let unindexed = 0;
  for (let slot = indexed; slot < store.slots; slot++) if (store.rowAt(slot) !== NO_ROW) unindexed++;

  const setStray = (slot: number, isStray: boolean): void => {
    if (strays.has(slot) === isStray) return;
    strayKey ^= Math.imul(slot + 1, 0x9e3779b1);
    if (isStray) strays.add(slot);
    else strays.delete(slot);
  };

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
    setStray(slot, false);
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
    strays,
    get strayKey() {
      return strayKey;
    },
    get unchecked() {
      return unchecked;
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
      unchecked = indexed;
      return true;
    },
    checkNext(efSearch) {
      while (unchecked > 0) {
        unchecked--;
        lastChecked = (lastChecked + 1) % indexed;
        const slot = lastChecked;
        if (store.rowAt(slot) === NO_ROW) continue;
        const found = graph.search(store.vectorAt(slot), CHECKED_NEIGHBORS, efSearch);
        setStray(slot, !found.some((node) => node === slot || nodes.sharedBy(node)?.has(slot)));
        return true;
      }
      return false;
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
