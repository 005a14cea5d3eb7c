import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { CoEngagementData } from '../sources/co-engagement.ts';
import type { NonPersonalized } from '../sources/non-personalized.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { Mean } from './mean.ts';

/** Facts about a whole catalog, derived from the store and at most seconds old. */
export interface CatalogState {
  readonly space: SpaceId | undefined;
  readonly nonPersonalized: NonPersonalized;
  readonly graph: CoEngagementData | undefined;
  /** `undefined` for a catalog that was never trained. */
  readonly trained: TrainedCatalog | undefined;
  /** Mean embedding of the serving space; `undefined` while it has none. */
  readonly mean: Mean | undefined;
  /** Last change of an item, an embedding or a space that the state reflects. */
  readonly itemsChange: number;
  /** Names of parts that were not computed yet. */
  readonly missing: readonly string[];
  /** Changes when any part does. */
  readonly version: string;
}

export interface CatalogStates {
  /**
   * @param isFresh  True if lists and serving space must reflect everything committed before the call.
   * @returns `undefined` for a catalog that does not exist.
   */
  of(catalog: CatalogId, isFresh: boolean): Promise<CatalogState | undefined>;
  stop(): Promise<void>;
}
