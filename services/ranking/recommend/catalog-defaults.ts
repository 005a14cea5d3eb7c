import { DIVERSITY_DEFAULT } from '@kindred/shared/model/mmr';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import type { RecommendRequest } from './slate.ts';

/** A request as it comes: what it leaves open is for the catalog's training to say. */
export interface OpenRequest extends Omit<RecommendRequest, 'diversity' | 'includeSeen'> {
  /** In [0, 1]. */
  readonly diversity: number | undefined;
  /** `auto` for true in a catalog whose users come back to items. */
  readonly includeSeen: boolean | 'auto';
}

/**
 * Share of engaged items that users come back to, from which on `auto` shows seen items. Set by judgement: a second look at a
 * saved item happens in every catalog, and a seen item takes the place of a new one, so a few returns are not enough. With
 * one in five, a user who engaged with five items probably comes back to one of them.
 */
const REPEAT_SHARE_MIN = 0.2;

/** Fills in what a request leaves open. */
export function withCatalogDefaults(open: OpenRequest, { trained }: Pick<CatalogState, 'trained'>): RecommendRequest {
  return {
    ...open,
    diversity: open.diversity ?? trained?.ranker?.diversity ?? DIVERSITY_DEFAULT,
    includeSeen: isSeenShown(open, trained?.repeatShare ?? 0),
  };
}

function isSeenShown({ includeSeen }: OpenRequest, repeatShare: number): boolean {
  return includeSeen === 'auto' ? repeatShare >= REPEAT_SHARE_MIN : includeSeen;
}
