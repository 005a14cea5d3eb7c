import type { ItemId } from '@kindred/shared/id';
import { seededRandom } from '@kindred/shared/numeric/random';
import type { Engagement } from '../profile/engagement.ts';
import type { RetrievalContext } from './candidate-source.ts';

/** The context of a user and a catalog without anything, but for the given parts. */
export function contextOf(parts: Partial<RetrievalContext> = {}): RetrievalContext {
  return {
    engagements: [],
    excluded: new Set(),
    interests: [],
    nonPersonalized: { trending: [], popular: [], latest: [] },
    coEngagement: undefined,
    trained: undefined,
    depthFactor: 1,
    nowMs: 0,
    random: seededRandom(1),
    ...parts,
  };
}

export function engagementWith(item: ItemId, latestMs = 0): Engagement {
  return { item, weight: 1, latestMs };
}
