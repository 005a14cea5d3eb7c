import type { ItemId } from '@kindred/shared/id';
import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import { sameVector, unitVector } from '../../domain/unit-vector.ts';
import type { ItemTable } from './domain/item-table.ts';
import { NO_ROW, NO_SLOT } from './domain/vector-store.ts';
import { HnswGeneration, type RestoredGeneration } from './hnsw-generation.ts';
import { HNSW_DEFAULTS, type HnswOptions } from './hnsw-options.ts';
import { searchGeneration } from './hnsw-search.ts';
import { type BuildState, type SavedIndex, savedIndexOf } from './saved-index.ts';

/** Parts of one space's index, empty or loaded. */
export interface HnswIndexOptions {
  readonly dimensions: number;
  /** The items of the catalog, shared with its other spaces. */
  readonly items: ItemTable;
  /** Names the build of an index that starts empty. */
  readonly build: string;
  readonly nowMs: () => number;
  readonly options?: Partial<HnswOptions>;
  /** A loaded snapshot; its store's rows are held already. */
  readonly restored?: RestoredGeneration & { readonly build: BuildState };
}

/** The next generation while it is built. */
interface NextGeneration {
  readonly generation: HnswGeneration;
  /** Slots of the current generation that have been copied or passed over. */
  copied: number;
  readonly sinceMs: number;
}

/**
 * The approximate index of one space, over the fields of its catalog; one thread uses it. A new vector is scanned until
 * `work` has built it into the graph; a deleted one is marked, and gone when `work` has built the next generation beside
 * the one that serves. Updates go to both.
 */
export class HnswIndex {
  readonly dimensions: number;
  readonly #items: ItemTable;
  readonly #nowMs: () => number;
  readonly #settings: HnswOptions;
  #current: HnswGeneration;
  #next: NextGeneration | undefined;
  #build: BuildState;
  #isTurnOfNext = false;

  constructor({ dimensions, items, build, nowMs, options, restored }: HnswIndexOptions) {
    this.dimensions = dimensions;
    this.#items = items;
    this.#nowMs = nowMs;
    this.#settings = { ...HNSW_DEFAULTS, ...options };
    this.#current = new HnswGeneration(dimensions, this.#settings, restored);
    this.#build = restored?.build ?? { build, generation: 0, tombstonesSinceMs: undefined };
  }

  /** Items that have a vector. */
  get size(): number {
    return this.#current.store.size;
  }

  /** Deleted and replaced vectors that still take memory. */
  get tombstones(): number {
    return this.#current.tombstones;
  }

  /** Vectors that are scanned until they are built into the graph. */
  get unindexed(): number {
    return this.#current.unindexed;
  }

  /** Vectors that are yet to be checked since the graph last grew; see `check`. */
  get unchecked(): number {
    return this.#current.unchecked;
  }

  get build(): BuildState {
    return this.#build;
  }

  /** Equal on two occasions only if the graph is, and what is scanned beside it. */
  get version(): string {
    const { indexed, unreachableKey } = this.#current;
    const scanned = unreachableKey === 0 ? '' : `+${(unreachableKey >>> 0).toString(36)}`;
    return `${buildName(this.#build)}.${indexed}${scanned}`;
  }

  /**
   * Takes the vector in place of any earlier one; the vector may be reused afterwards.
   * @param vector  Unit length, shape `[dimensions]`.
   * @throws {RangeError} for any other vector; the earlier one then stays.
   */
  upsert(item: ItemId, vector: Float32Array): void {
    const unit = unitVector(vector, this.dimensions);
    const { store } = this.#current;
    const known = this.#items.rowOf(item);
    const slot = known === undefined ? NO_SLOT : store.slotOf(known);
    if (slot !== NO_SLOT && sameVector(store.vectorAt(slot), unit)) return;
    const row = known === undefined || slot === NO_SLOT ? this.#items.hold(item) : known;
    this.#current.append(row, unit);
    this.#next?.generation.append(row, unit);
    this.#noteTombstones();
  }

  /** @returns False if there was no vector. */
  remove(item: ItemId): boolean {
    const row = this.#items.rowOf(item);
    if (row === undefined || !this.#current.remove(row)) return false;
    this.#next?.generation.remove(row);
    this.#items.release(row);
    this.#noteTombstones();
    return true;
  }

  /**
   * @returns At most k neighbors without the target item; `[]` for a target item without a vector.
   * @throws {RangeError} for k outside 1 to 1,000 or a vector that could not have been stored.
   */
  search(query: NeighborQuery): readonly Neighbor[] {
    return searchGeneration(this.#current, this.#items, { ...query, options: this.#settings });
  }

  /** Builds for about `budgetMs`, at least one step. @returns True if more is left to build. */
  work(budgetMs: number): boolean {
    const deadline = performance.now() + budgetMs;
    while (this.#step()) if (performance.now() >= deadline) return true;
    return false;
  }

  /**
   * Checks for about `budgetMs` which vectors are unreachable: those are scanned from then on. Each costs a search, and
   * all are checked again when the graph has grown. @returns True if more are left.
   */
  check(budgetMs: number): boolean {
    const deadline = performance.now() + budgetMs;
    while (this.#current.checkNext(this.#settings.efSearch)) if (performance.now() >= deadline) return true;
    return false;
  }

  /**
   * Writes the graph to a file, if it has a node, and captures the rest. Blocks for as long as the graph takes.
   * @throws Error when the graph was not written; see `HnswGraph.save` for what it does not notice.
   */
  save(graphPath: string): SavedIndex {
    if (this.#current.graph.count > 0) this.#current.graph.save(graphPath);
    return savedIndexOf(this.#current, this.#items, { build: this.#build, parameters: this.#settings });
  }

  /** Lets go of all rows of the item table and erases the vectors. The index must not be used afterwards. */
  close(): void {
    const { store } = this.#current;
    for (let slot = 0; slot < store.slots; slot++) {
      const row = store.rowAt(slot);
      if (row !== NO_ROW) this.#items.release(row);
    }
    this.#current.retire();
    this.#next?.generation.retire();
  }

  /** One step of building. @returns False if nothing was left to do. */
  #step(): boolean {
    if (this.#next === undefined && this.#isRebuildDue()) {
      const generation = new HnswGeneration(this.dimensions, this.#settings);
      this.#next = { generation, copied: 0, sinceMs: this.#nowMs() };
    }
    this.#isTurnOfNext = !this.#isTurnOfNext;
    if (this.#next !== undefined && (this.#isTurnOfNext || this.#current.unindexed === 0)) {
      this.#buildNext(this.#next);
      return true;
    }
    return this.#current.indexNext();
  }

  #isRebuildDue(): boolean {
    const { tombstones, store } = this.#current;
    const { tombstonesMin, tombstoneShareMax, compactAfterMs } = this.#settings;
    if (tombstones === 0) return false;
    if (tombstones >= tombstonesMin && tombstones > store.slots * tombstoneShareMax) return true;
    const { tombstonesSinceMs } = this.#build;
    return tombstonesSinceMs !== undefined && this.#nowMs() - tombstonesSinceMs >= compactAfterMs;
  }

  /** One step of the next generation: copies a live vector that it lacks, or indexes one, or lets it take over. */
  #buildNext(next: NextGeneration): void {
    const { store } = this.#current;
    const { generation } = next;
    while (next.copied < store.slots) {
      const slot = next.copied++;
      const row = store.rowAt(slot);
      if (row !== NO_ROW && generation.store.slotOf(row) === NO_SLOT) {
        generation.append(row, store.vectorAt(slot));
        return;
      }
    }
    if (generation.indexNext()) return;
    this.#current.retire();
    this.#current = generation;
    this.#next = undefined;
    this.#build = {
      build: this.#build.build,
      generation: this.#build.generation + 1,
      tombstonesSinceMs: generation.tombstones > 0 ? next.sinceMs : undefined,
    };
  }

  #noteTombstones(): void {
    if (this.#current.tombstones > 0 && this.#build.tombstonesSinceMs === undefined)
      this.#build = { ...this.#build, tombstonesSinceMs: this.#nowMs() };
  }
}

/** Equal for two states only if they are of the same generation. */
export function buildName({ build, generation }: BuildState): string {
  return `${build}.${generation}`;
}
