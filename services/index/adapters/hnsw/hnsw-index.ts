import type { ItemId } from '@kindred/shared/id';
import { sameVector, unitVector } from '../../domain/unit-vector.ts';
import type { VectorIndex } from '../../ports/index-engine.ts';
import type { ItemTable } from './domain/item-table.ts';
import type { SearchOptions } from './domain/search-plan.ts';
import { NO_ROW, NO_SLOT } from './domain/vector-store.ts';
import { createGeneration, type HnswGeneration, type RestoredGeneration } from './hnsw-generation.ts';
import type { GraphParameters } from './hnsw-graph.ts';
import { searchGeneration } from './hnsw-search.ts';

export interface HnswOptions extends GraphParameters, SearchOptions {
  /** A new generation is built when more than this share of the slots is dead, and … */
  readonly tombstoneShareMax: number;
  /** … at least so many are; */
  readonly tombstonesMin: number;
  /** or when the oldest has been dead for so long: what was deleted must leave memory in bounded time. */
  readonly compactAfterMs: number;
}

export const HNSW_DEFAULTS: HnswOptions = {
  M: 16,
  efConstruction: 200,
  efSearch: 128,
  scannedPerCandidate: 40,
  tombstoneShareMax: 0.2,
  tombstonesMin: 100,
  compactAfterMs: 12 * 3_600_000,
};

/** Where an index stands in its own history: equal on two occasions only when the graph is the same. */
export interface BuildState {
  /** Names the build; another one for every index that starts empty. */
  readonly build: string;
  /** Counts the generations of the build, from 0. */
  readonly generation: number;
  /** When the oldest dead vector died, in milliseconds since 1970; `undefined` without one. */
  readonly tombstonesSinceMs: number | undefined;
}

/** What a snapshot keeps beside the graph: an index at one moment, whatever becomes of the index meanwhile. */
export interface SavedIndex extends BuildState {
  readonly dimensions: number;
  readonly parameters: GraphParameters;
  readonly indexed: number;
  /** Nodes of the graph, and how many of them can be found. */
  readonly graph: { readonly count: number; readonly size: number };
  /** The item of every slot; `null` for a dead one. */
  readonly items: readonly (ItemId | null)[];
  /** A copy of the vectors of the slots `from ≤ slot < to`. */
  vectors(from: number, to: number): Float32Array<ArrayBuffer>;
  /** To be called when `vectors` is not needed any more. */
  release(): void;
}

export interface HnswIndex extends VectorIndex, BuildState {
  readonly dimensions: number;
  /** Slots that have been through the tail; changes whenever the graph does. */
  readonly indexed: number;
  /** Vectors that are yet to be looked for since the graph last grew; see `check`. */
  readonly unchecked: number;
  /** Stands for the vectors that the graph does not lead to: answers may change when it does. 0 without one. */
  readonly strayKey: number;
  /**
   * Looks for vectors that the graph does not lead to, for about `budgetMs`: those are scanned from then on. Each costs
   * a search, and all are looked for again when the graph has grown. @returns Whether more are left.
   */
  check(budgetMs: number): boolean;
  /**
   * Writes the graph to a file, if it has a node, and captures the rest. Blocks for as long as the graph takes.
   * @throws Error when the graph was not written; see `HnswGraph.save` for what it does not notice.
   */
  save(graphPath: string): SavedIndex;
  /** Lets go of all rows of the item table and erases the vectors. The index must not be used afterwards. */
  close(): void;
}

export interface HnswIndexInit {
  readonly dimensions: number;
  readonly items: ItemTable;
  readonly build: string;
  readonly nowMs: () => number;
  readonly options?: Partial<HnswOptions>;
  /** Its store's rows are held already. */
  readonly restored?: RestoredGeneration & { readonly state: BuildState };
}

/**
 * An approximate index. A new vector is scanned until `work` has built it into the graph; a deleted one is marked, and
 * gone when `work` has built the next generation beside the one that serves. Updates go to both.
 */
export function createHnswIndex({ dimensions, items, build, nowMs, options, restored }: HnswIndexInit): HnswIndex {
  const settings: HnswOptions = { ...HNSW_DEFAULTS, ...options };
  let current = createGeneration(dimensions, settings, restored);
  let next: { readonly generation: HnswGeneration; copied: number; readonly sinceMs: number } | undefined;
  let state: BuildState = restored?.state ?? { build, generation: 0, tombstonesSinceMs: undefined };
  let isTurnOfNext = false;

  const noteTombstones = (): void => {
    if (current.tombstones > 0 && state.tombstonesSinceMs === undefined)
      state = { ...state, tombstonesSinceMs: nowMs() };
  };

  const isDue = (): boolean => {
    const { tombstones, store } = current;
    if (tombstones === 0) return false;
    if (tombstones >= settings.tombstonesMin && tombstones > store.slots * settings.tombstoneShareMax) return true;
    return state.tombstonesSinceMs !== undefined && nowMs() - state.tombstonesSinceMs >= settings.compactAfterMs;
  };

  /** One step of the next generation: copy a live vector that it has not got, or index one, or take over. */
  const buildNext = (building: NonNullable<typeof next>): void => {
    const { store } = current;
    const { generation } = building;
    while (building.copied < store.slots) {
      const slot = building.copied++;
      const row = store.rowAt(slot);
      if (row !== NO_ROW && generation.store.slotOf(row) === NO_SLOT) {
        generation.append(row, store.vectorAt(slot));
        return;
      }
    }
    if (generation.indexNext()) return;
    current.retire();
    current = generation;
    next = undefined;
    state = { ...state, generation: state.generation + 1, tombstonesSinceMs: undefined };
    if (current.tombstones > 0) state = { ...state, tombstonesSinceMs: building.sinceMs };
  };

  /** @returns Whether anything was left to do. */
  const step = (): boolean => {
    if (next === undefined && isDue()) {
      next = { generation: createGeneration(dimensions, settings), copied: 0, sinceMs: nowMs() };
    }
    isTurnOfNext = !isTurnOfNext;
    if (next !== undefined && (isTurnOfNext || current.unindexed === 0)) {
      buildNext(next);
      return true;
    }
    return current.indexNext();
  };

  return {
    dimensions,
    get size() {
      return current.store.size;
    },
    get tombstones() {
      return current.tombstones;
    },
    get unindexed() {
      return current.unindexed;
    },
    get indexed() {
      return current.indexed;
    },
    get build() {
      return state.build;
    },
    get generation() {
      return state.generation;
    },
    get tombstonesSinceMs() {
      return state.tombstonesSinceMs;
    },
    has(item) {
      const row = items.rowOf(item);
      return row !== undefined && current.store.slotOf(row) !== NO_SLOT;
    },
    upsert(item, vector) {
      const unit = unitVector(vector, dimensions);
      const known = items.rowOf(item);
      const slot = known === undefined ? NO_SLOT : current.store.slotOf(known);
      if (slot !== NO_SLOT && sameVector(current.store.vectorAt(slot), unit)) return;
      const row = slot === NO_SLOT ? items.hold(item) : known!;
      current.append(row, unit);
      next?.generation.append(row, unit);
      noteTombstones();
    },
    remove(item) {
      const row = items.rowOf(item);
      if (row === undefined || !current.remove(row)) return false;
      next?.generation.remove(row);
      items.release(row);
      noteTombstones();
      return true;
    },
    search: (query) => searchGeneration(current, items, { ...query, options: settings }),
    work(budgetMs) {
      const deadline = performance.now() + budgetMs;
      while (step()) if (performance.now() >= deadline) return true;
      return false;
    },
    get unchecked() {
      return current.unchecked;
    },
    get strayKey() {
      return current.strayKey;
    },
    check(budgetMs) {
      const deadline = performance.now() + budgetMs;
      while (current.checkNext(settings.efSearch)) if (performance.now() >= deadline) return true;
      return false;
    },
    save(graphPath) {
      if (current.graph.count > 0) current.graph.save(graphPath);
      return savedOf({ generation: current, items, state, parameters: settings });
    },
    close() {
      for (let slot = 0; slot < current.store.slots; slot++) {
        const row = current.store.rowAt(slot);
        if (row !== NO_ROW) items.release(row);
      }
      current.retire();
      next?.generation.retire();
    },
  };
}

function savedOf({
  generation,
  items,
  state,
  parameters: { M, efConstruction },
}: {
  readonly generation: HnswGeneration;
  readonly items: ItemTable;
  readonly state: BuildState;
  readonly parameters: GraphParameters;
}): SavedIndex {
  const { store, graph, indexed } = generation;
  const rows = Array.from({ length: store.slots }, (_, slot) => store.rowAt(slot));
  return {
    ...state,
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
