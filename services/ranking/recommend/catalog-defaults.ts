import { DIVERSITY_DEFAULT } from '@kindred/shared/model/mmr';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import type { RecommendRequest } from './slate.ts';

/** A request as it comes: what it leaves open is for the catalog's training to say. */
export interface OpenRequest extends Omit<RecommendRequest, 'diversity'> {
  /** In [0, 1]. */
  readonly diversity: number | undefined;
}

/** Fills in what a request leaves open. */
export function withCatalogDefaults(open: OpenRequest, { trained }: Pick<CatalogState, 'trained'>): RecommendRequest {
  return { ...open, diversity: open.diversity ?? trained?.ranker?.diversity ?? DIVERSITY_DEFAULT };
}
