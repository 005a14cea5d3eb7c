import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { CoEngagementData } from '../sources/co-engagement.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';

/** An artifact whose bytes are not those that were stored, or not of today's form: trying again does not help. */
export class DamagedArtifact extends Error {}

/** Builds the parts of a catalog's state that cost a pass over it, off the serving thread. */
export interface CatalogBuilder {
  coEngagement(catalog: CatalogId): Promise<CoEngagementData>;
  /** @returns Mean of a space's embeddings, shape `[dimensions]`, not of unit length; `undefined` if there are none. */
  mean(catalog: CatalogId, space: SpaceId): Promise<Float32Array | undefined>;
  /** @throws {DamagedArtifact}; another error if the store is unavailable. */
  trained(catalog: CatalogId, version: number): Promise<TrainedCatalog>;
  stop(): Promise<void>;
}
