import type { SearchOptions } from './domain/search-plan.ts';
import type { GraphParameters } from './hnsw-graph.ts';

/** Settings of one space's graph: how it is built, searched and rebuilt. */
export interface HnswOptions extends GraphParameters, SearchOptions {
  /** Share of dead slots above which a new generation is built, if at least `tombstonesMin` slots are dead. */
  readonly tombstoneShareMax: number;
  readonly tombstonesMin: number;
  /**
   * Age of the oldest dead slot at which a new generation is built whatever their number: what was deleted must leave
   * memory in bounded time.
   */
  readonly compactAfterMs: number;
}

/** Settings that an engine's options do not name. */
export const HNSW_DEFAULTS: HnswOptions = {
  M: 16,
  efConstruction: 200,
  efSearch: 128,
  scannedPerCandidate: 40,
  tombstoneShareMax: 0.2,
  tombstonesMin: 100,
  compactAfterMs: 12 * 3_600_000,
};
