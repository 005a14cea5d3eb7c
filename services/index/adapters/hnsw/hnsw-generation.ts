import { NO_ROW, NO_SLOT, VectorStore } from './domain/vector-store.ts';
import { type GraphParameters, HnswGraph } from './hnsw-graph.ts';
import { HnswNodes } from './hnsw-nodes.ts';

/** The part of a generation that a snapshot restores. */
export interface RestoredGeneration {
  readonly store: VectorStore;
  readonly graph: HnswGraph;
  readonly indexed: number;
}

/** A vector has itself among its nearest, but for others that are equal up to rounding. */
const CHECKED_NEIGHBORS = 10;

/**
 * One store and the graph over its first slots. Slots from `indexed` on, the tail, are not in the graph yet: a search
 * scans them. Deleted and replaced vectors stay until a new generation takes the place of this one.
 */
export class HnswGeneration {
  readonly store: VectorStore;
  readonly graph: HnswGraph;
  readonly nodes: HnswNodes;
  readonly #unreachable = new Set<number>();
  #unreachableKey = 0;
  #indexed: number;
  #unindexed = 0;
  #unchecked: number;
  #lastChecked = -1;
  #pins = 0;
  #isRetired = false;

  constructor(dimensions: number, parameters: GraphParameters, restored?: RestoredGeneration) {
    this.store = restored?.store ?? new VectorStore(dimensions);
    this.graph = restored?.graph ?? HnswGraph.create(dimensions, parameters);
    this.nodes = new HnswNodes(this.store, restored && { nodes: this.graph.nodes(), indexed: restored.indexed });
    this.#indexed = restored?.indexed ?? 0;
    this.#unchecked = this.#indexed;
    for (let slot = this.#indexed; slot < this.store.slots; slot++)
      if (this.store.rowAt(slot) !== NO_ROW) this.#unindexed++;
  }

  /** First slot of the tail. */
  get indexed(): number {
    return this.#indexed;
  }

  /** Live vectors in the tail. */
  get unindexed(): number {
    return this.#unindexed;
  }

  /**
   * Unreachable points: live slots that the graph does not lead to, as far as `checkNext` knows, so a search scans them
   * too. Every node is linked when it is added, but nodes that come later can take the place of all links to it.
   */
  get unreachable(): ReadonlySet<number> {
    return this.#unreachable;
  }

  /** Hash of the set of unreachable points; 0 for none. */
  get unreachableKey(): number {
    return this.#unreachableKey;
  }

  /** Slots that `checkNext` has not looked at since the graph last grew. */
  get unchecked(): number {
    return this.#unchecked;
  }

  get tombstones(): number {
    return this.store.slots - this.store.size;
  }

  append(row: number, vector: Float32Array): void {
    this.#bury(this.store.remove(row));
    this.store.append(row, vector);
    this.#unindexed++;
  }

  /** @returns False if the row had no vector. */
  remove(row: number): boolean {
    const slot = this.store.remove(row);
    this.#bury(slot);
    return slot !== NO_SLOT;
  }

  /** Builds the next live vector of the tail into the graph. @returns False if there is none. */
  indexNext(): boolean {
    const { store } = this;
    while (this.#indexed < store.slots && store.rowAt(this.#indexed) === NO_ROW) this.#indexed++;
    if (this.#indexed === store.slots) return false;
    if (!this.nodes.join(this.#indexed)) this.graph.add(this.#indexed, store.vectorAt(this.#indexed));
    this.#indexed++;
    this.#unindexed--;
    this.#unchecked = this.#indexed;
    return true;
  }

  /** Checks if a search for the next live vector of the graph finds it. @returns False once all have been checked. */
  checkNext(efSearch: number): boolean {
    while (this.#unchecked > 0) {
      this.#unchecked--;
      this.#lastChecked = (this.#lastChecked + 1) % this.#indexed;
      const slot = this.#lastChecked;
      if (this.store.rowAt(slot) === NO_ROW) continue;
      const found = this.graph.search(this.store.vectorAt(slot), CHECKED_NEIGHBORS, efSearch);
      this.#setUnreachable(slot, !found.some((node) => node === slot || this.nodes.sharedBy(node)?.has(slot)));
      return true;
    }
    return false;
  }

  /** Keeps the vectors readable until the returned function is called, even past `retire`. */
  pin(): () => void {
    this.#pins++;
    return () => {
      this.#pins--;
      this.#eraseUnpinned();
    };
  }

  /** Erases the vectors, so that what was deleted is not in memory any more. The generation is of no more use. */
  retire(): void {
    this.#isRetired = true;
    this.graph.release();
    this.#eraseUnpinned();
  }

  #eraseUnpinned(): void {
    if (this.#isRetired && this.#pins === 0) this.store.erase();
  }

  #bury(slot: number): void {
    if (slot === NO_SLOT) return;
    if (slot >= this.#indexed) {
      this.#unindexed--;
      return;
    }
    this.#setUnreachable(slot, false);
    const node = this.nodes.leave(slot);
    if (node !== undefined) this.graph.mark(node);
  }

  #setUnreachable(slot: number, isUnreachable: boolean): void {
    if (this.#unreachable.has(slot) === isUnreachable) return;
    this.#unreachableKey ^= Math.imul(slot + 1, 0x9e3779b1);
    if (isUnreachable) this.#unreachable.add(slot);
    else this.#unreachable.delete(slot);
  }
}
