import type { CatalogId } from '@kindred/shared/id';
import type { HistoryCounts } from './history-source.ts';

/** Summary of a version, as JSON. */
export interface ArtifactSummary {
  readonly counts: HistoryCounts;
  /** Parameters chosen by what was held out. */
  readonly parameters: Readonly<Record<string, number>>;
  /** nDCG@20 on held-out positives: of the ranker, of reciprocal rank fusion, and of each source alone. */
  readonly judged: Readonly<Record<string, number>>;
  /** The way that orders candidates: `fusion`, a source alone, or `plain` or `all` signals; absent if none was judged. */
  readonly rankedBy?: string;
  /** True if slates are scored by trained weights. */
  readonly hasRanker: boolean;
  /** As `History` has it; absent for a version that was trained without it. */
  readonly repeatShare?: number;
  readonly tookMs: number;
}

/** A trained artifact before it has a version. */
export interface NewArtifact {
  /** The encoding of `encodeArtifact`. */
  readonly bytes: Uint8Array;
  readonly trainedAtMs: number;
  /** `eventsChange` of the `History` it was trained on. */
  readonly eventsChange: number;
  readonly summary: ArtifactSummary;
}

export interface ArtifactVersion {
  readonly version: number;
  readonly trainedAtMs: number;
  readonly eventsChange: number;
  readonly summary: ArtifactSummary;
  readonly isServing: boolean;
}

/**
 * Versions of a catalog's artifacts, where every replica can load them. Numbers rise and are never used twice, not even
 * after `withdraw`; at most one version serves. Each method takes effect whole or, where it rejects, not at all.
 */
export interface ArtifactStore {
  /** Stores a new version, which serves at once, and deletes all but the last few. @returns Its number. */
  save(catalog: CatalogId, artifact: NewArtifact): Promise<number>;
  /** Latest first. */
  versions(catalog: CatalogId): Promise<readonly ArtifactVersion[]>;
  /** Lets a stored version serve. @returns False if there is no such version; nothing has changed then. */
  serve(catalog: CatalogId, version: number): Promise<boolean>;
  /** Deletes versions that do not serve, were trained before a time, and hold users who have been erased since. */
  dropErased(catalog: CatalogId, beforeMs: number): Promise<void>;
  /** Deletes all versions: none serves any more. */
  withdraw(catalog: CatalogId): Promise<void>;
}
