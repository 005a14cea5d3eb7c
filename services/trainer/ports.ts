import type { CatalogId } from '@kindred/shared/id';
import type { TrainingData } from './history/training-data.ts';

/** Where a catalog's items and history come from. */
export interface HistorySource {
  /**
   * All of a catalog at one moment: its items, their embeddings in the serving space, and what its users did with them.
   * @param onRows  Told now and then how many rows were read.
   */
  read(catalog: CatalogId, onRows: (count: number) => void): Promise<History>;
}

export interface History {
  readonly data: TrainingData;
  /** The last change that it holds, of an event or an erasure; 0 without any. */
  readonly eventsChange: number;
  /** Users with any event, and pairs of a user and an item that exists and was not hidden. */
  readonly counts: { readonly items: number; readonly users: number; readonly pairs: number };
}

/** What is told of a version. JSON. */
export interface ArtifactSummary {
  readonly counts: History['counts'];
  readonly parameters: Readonly<Record<string, number>>;
  /** nDCG@20 on what was held out: of the ranker, of the collaborative weights alone, and of reciprocal rank fusion. */
  readonly judged: Readonly<Record<string, number>>;
  /** Whether slates are scored by trained weights. */
  readonly hasRanker: boolean;
  readonly tookMs: number;
}

export interface ArtifactVersion {
  readonly version: number;
  readonly trainedAtMs: number;
  readonly eventsChange: number;
  readonly summary: ArtifactSummary;
  readonly isServing: boolean;
}

/** Versions of what was trained, where every replica can load them. */
export interface ArtifactStore {
  /** Keeps a new version, lets it serve, and deletes those beyond the last few. @returns Its number. */
  save(
    catalog: CatalogId,
    artifact: {
      readonly bytes: Uint8Array;
      readonly trainedAtMs: number;
      readonly eventsChange: number;
      readonly summary: ArtifactSummary;
    },
  ): Promise<number>;
  /** Latest first. */
  versions(catalog: CatalogId): Promise<readonly ArtifactVersion[]>;
  /** Lets a version serve that is kept. @returns Whether it is. */
  serve(catalog: CatalogId, version: number): Promise<boolean>;
  /** Deletes versions that do not serve, were trained before a time, and hold users who have been erased since. */
  dropErased(catalog: CatalogId, beforeMs: number): Promise<void>;
  /** Deletes all versions: none serves any more. */
  withdraw(catalog: CatalogId): Promise<void>;
}
