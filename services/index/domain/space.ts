import type { CatalogId, SpaceId } from '@kindred/shared/id';

/** Names one space of one catalog. */
export interface SpaceKey {
  readonly catalog: CatalogId;
  readonly space: SpaceId;
}

/** The embeddings of one model at one revision in one catalog. */
export interface Space extends SpaceKey {
  readonly dimensions: number;
  /** A retired space is neither searched nor kept. */
  readonly state: 'filling' | 'serving' | 'retired';
}
