import { existsSync } from 'node:fs';
import hnswlib from 'hnswlib-node';

/** @see Malkov & Yashunin, "Efficient and robust approximate nearest neighbor search using HNSW graphs", 2018. */
export interface GraphParameters {
  /** Links of a node; twice as many on the lowest level. */
  readonly M: number;
  /** Candidate list while building; larger builds better and slower. */
  readonly efConstruction: number;
}

/**
 * hnswlib's graph behind what keeps it from ending the process or answering wrongly: it takes no lock, accepts NaN,
 * wraps labels, forgets `ef` on loading, gives no error when saving fails and crashes on a damaged file.
 * Nodes are slots. One thread owns a graph.
 */
export interface HnswGraph {
  /** Nodes, the marked included. */
  readonly count: number;
  /** Nodes that a search can find. */
  readonly size: number;
  /** Every node, the marked included. Cost: O(count). */
  nodes(): ReadonlySet<number>;
  /**
   * Cost: about 1 ms at 10,000 nodes of 384 dimensions.
   * @param slot  Higher than every slot before, below 2^32.
   * @param vector  Finite and of unit length: the caller has checked.
   */
  add(slot: number, vector: Float32Array): void;
  /** Hides a node from searches. It stays in memory and in files, and searches still pass through it. */
  mark(slot: number): void;
  /** @returns Up to `fetch` slots by rising distance, as the graph has it. */
  search(vector: Float32Array, fetch: number, efSearch: number): readonly number[];
  /**
   * Writes a file; it may be cut short without an error, so check it. Blocks: about 2 ms a megabyte. hnswlib's way of
   * writing in another thread ends the process when this thread ends meanwhile.
   * @throws Error when there is no file afterwards.
   */
  save(path: string): void;
  /** Gives the memory back, which the collector does not know of. The graph is of no more use. */
  release(): void;
}

const CAPACITY_MIN = 1_024;
const SLOT_MAX = 2 ** 32 - 1;
/** Fixed, so that the same insertions give the same graph. */
const SEED = 100;

export function createHnswGraph(dimensions: number, { M, efConstruction }: GraphParameters): HnswGraph {
  const graph = new hnswlib.HierarchicalNSW('ip', dimensions);
  graph.initIndex({ maxElements: CAPACITY_MIN, m: M, efConstruction, randomSeed: SEED });
  return guard(graph, { dimensions, lastSlot: -1, marked: 0 });
}

/** What a graph was when it was written. */
export interface SavedGraph {
  readonly dimensions: number;
  readonly count: number;
  /** The highest slot that was added. */
  readonly lastSlot: number;
  /** Nodes that were not marked. */
  readonly size: number;
}

/**
 * Loads a file that `save` wrote, always into a new object: after a failed read the next search would crash.
 * @param path  A file whose checksum has been verified.
 * @throws Error when the file cannot be opened or has another number of nodes.
 */
export function loadHnswGraph(path: string, { dimensions, count, lastSlot, size }: SavedGraph): HnswGraph {
  const graph = new hnswlib.HierarchicalNSW('ip', dimensions);
  graph.readIndexSync(path);
  if (graph.getCurrentCount() !== count) throw new Error(`a graph of ${graph.getCurrentCount()} nodes, not ${count}`);
  return guard(graph, { dimensions, lastSlot, marked: count - size });
}

function guard(
  graph: hnswlib.HierarchicalNSW,
  state: { readonly dimensions: number; readonly lastSlot: number; readonly marked: number },
): HnswGraph {
  const { dimensions } = state;
  let { lastSlot, marked } = state;
  /** hnswlib takes plain arrays of exactly this length; it copies what they hold. */
  const point: number[] = new Array(dimensions).fill(0);
  const pointOf = (vector: Float32Array): number[] => {
    if (vector.length !== dimensions)
      throw new RangeError(`a vector of ${vector.length} dimensions in a graph of ${dimensions}`);
    for (let i = 0; i < dimensions; i++) point[i] = vector[i]!;
    return point;
  };

  return {
    get count() {
      return graph.getCurrentCount();
    },
    get size() {
      return graph.getCurrentCount() - marked;
    },
    nodes: () => new Set(graph.getIdsList()),
    add(slot, vector) {
      if (!Number.isInteger(slot) || slot <= lastSlot || slot > SLOT_MAX)
        throw new RangeError(`slot ${slot} after ${lastSlot}`);
      if (graph.getCurrentCount() >= graph.getMaxElements())
        graph.resizeIndex(Math.max(CAPACITY_MIN, graph.getMaxElements() * 2));
      graph.addPoint(pointOf(vector), slot);
      lastSlot = slot;
    },
    mark(slot) {
      if (!Number.isInteger(slot) || slot < 0 || slot > lastSlot)
        throw new RangeError(`slot ${slot} is not in the graph`);
      graph.markDelete(slot);
      marked++;
    },
    search(vector, fetch, efSearch) {
      const count = graph.getCurrentCount();
      if (count === 0) return [];
      graph.setEf(Math.min(efSearch, count));
      return graph.searchKnn(pointOf(vector), Math.min(fetch, count)).neighbors;
    },
    save(path) {
      graph.writeIndexSync(path);
      if (!existsSync(path)) throw new Error(`the graph was not written to ${path}`);
    },
    release() {
      graph.initIndex(1);
      marked = 0;
    },
  };
}
