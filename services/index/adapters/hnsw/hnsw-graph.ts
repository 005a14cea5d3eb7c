import { existsSync } from 'node:fs';
import hnswlib from 'hnswlib-node';

/** @see Malkov & Yashunin, "Efficient and robust approximate nearest neighbor search using HNSW graphs", 2018. */
export interface GraphParameters {
  /** Links per node; twice as many on the lowest level. */
  readonly M: number;
  /** Length of the candidate list while building; a longer one builds better and slower. */
  readonly efConstruction: number;
}

/** State of a graph at the time of writing. */
export interface SavedGraph {
  readonly dimensions: number;
  readonly count: number;
  /** Highest slot that was added. */
  readonly lastSlot: number;
  /** Nodes that were not marked. */
  readonly size: number;
}

const CAPACITY_MIN = 1_024;
const SLOT_MAX = 2 ** 32 - 1;
/** Fixed, so that the same insertions give the same graph. */
const SEED = 100;

/**
 * hnswlib's graph behind checks that keep it from ending the process or answering wrongly: it takes no lock, accepts NaN,
 * wraps labels, forgets `ef` on loading, gives no error when saving fails and crashes on a damaged file.
 * Nodes are slots. One thread owns a graph.
 */
export class HnswGraph {
  readonly #graph: hnswlib.HierarchicalNSW;
  /** hnswlib takes plain arrays of exactly `dimensions` numbers; it copies them. */
  readonly #point: number[];
  #lastSlot: number;
  #marked: number;

  private constructor(
    graph: hnswlib.HierarchicalNSW,
    { dimensions, lastSlot, marked }: { dimensions: number; lastSlot: number; marked: number },
  ) {
    this.#graph = graph;
    this.#point = new Array(dimensions).fill(0);
    this.#lastSlot = lastSlot;
    this.#marked = marked;
  }

  static create(dimensions: number, { M, efConstruction }: GraphParameters): HnswGraph {
    const graph = new hnswlib.HierarchicalNSW('ip', dimensions);
    graph.initIndex({ maxElements: CAPACITY_MIN, m: M, efConstruction, randomSeed: SEED });
    return new HnswGraph(graph, { dimensions, lastSlot: -1, marked: 0 });
  }

  /**
   * Loads a file that `save` wrote, always into a new object: after a failed read the next search would crash.
   * @param path  A file whose checksum has been verified.
   * @throws Error when the file cannot be opened or has another number of nodes.
   */
  static load(path: string, { dimensions, count, lastSlot, size }: SavedGraph): HnswGraph {
    const graph = new hnswlib.HierarchicalNSW('ip', dimensions);
    graph.readIndexSync(path);
    if (graph.getCurrentCount() !== count) throw new Error(`a graph of ${graph.getCurrentCount()} nodes, not ${count}`);
    return new HnswGraph(graph, { dimensions, lastSlot, marked: count - size });
  }

  /** Nodes, the marked included. */
  get count(): number {
    return this.#graph.getCurrentCount();
  }

  /** Nodes that a search can find. */
  get size(): number {
    return this.#graph.getCurrentCount() - this.#marked;
  }

  /** Every node, the marked included. Cost: O(count). */
  nodes(): ReadonlySet<number> {
    return new Set(this.#graph.getIdsList());
  }

  /**
   * Adds a node. Cost: about 1 ms at 10,000 nodes of 384 dimensions.
   * @param slot  Higher than every slot before, below 2^32.
   * @param vector  Finite and of unit length: the caller has checked.
   */
  add(slot: number, vector: Float32Array): void {
    if (!Number.isInteger(slot) || slot <= this.#lastSlot || slot > SLOT_MAX)
      throw new RangeError(`slot ${slot} after ${this.#lastSlot}`);
    const graph = this.#graph;
    if (graph.getCurrentCount() >= graph.getMaxElements())
      graph.resizeIndex(Math.max(CAPACITY_MIN, graph.getMaxElements() * 2));
    graph.addPoint(this.#pointOf(vector), slot);
    this.#lastSlot = slot;
  }

  /** Hides a node from searches. It stays in memory and in files, and searches still pass through it. */
  mark(slot: number): void {
    if (!Number.isInteger(slot) || slot < 0 || slot > this.#lastSlot)
      throw new RangeError(`slot ${slot} is not in the graph`);
    this.#graph.markDelete(slot);
    this.#marked++;
  }

  /** @returns At most `fetch` slots by rising distance, as the graph has it. */
  search(vector: Float32Array, fetch: number, efSearch: number): readonly number[] {
    const { count } = this;
    if (count === 0) return [];
    this.#graph.setEf(Math.min(efSearch, count));
    return this.#graph.searchKnn(this.#pointOf(vector), Math.min(fetch, count)).neighbors;
  }

  /**
   * Writes a file; it may be cut short without an error, so check it. Blocks: about 2 ms per megabyte. hnswlib's way of
   * writing in another thread ends the process when this thread ends meanwhile.
   * @throws Error when there is no file afterwards.
   */
  save(path: string): void {
    this.#graph.writeIndexSync(path);
    if (!existsSync(path)) throw new Error(`the graph was not written to ${path}`);
  }

  /** Gives the memory back, which the collector does not know of. The graph is of no more use. */
  release(): void {
    this.#graph.initIndex(1);
    this.#marked = 0;
  }

  #pointOf(vector: Float32Array): number[] {
    const point = this.#point;
    if (vector.length !== point.length)
      throw new RangeError(`a vector of ${vector.length} dimensions in a graph of ${point.length}`);
    for (let i = 0; i < point.length; i++) point[i] = vector[i]!;
    return point;
  }
}
