import type { ItemId } from '@kindred/shared/id';
import type { PickedItem } from './domain/diversify.ts';
import type { FusedCandidate } from './domain/fusion.ts';
import type { Eligible } from './filter-candidates.ts';
import type { Recommendation, RecommendRequest } from './slate.ts';

const BECAUSE_MAX = 3;

/**
 * A picked item as it is answered.
 * @param largest  The request's largest fused score: parts are shares of it.
 * @param isLive  Whether an item of the user's history still exists: only such are named.
 * @param coEngagementCauses  Tells what led the co-engagement source to an item; asked only for those that are answered.
 */
export function presented(
  picked: PickedItem,
  { candidate, row }: Eligible,
  largest: number,
  { diversity, explain, expand }: RecommendRequest,
  isLive: (item: ItemId) => boolean,
  coEngagementCauses: (item: ItemId) => readonly ItemId[],
): Recommendation {
  const { item, ranks } = candidate;
  const parts: Record<string, number> = {};
  for (const { source, part } of ranks) parts[source] = ((1 - diversity) * part) / largest;
  parts.diversity = picked.penalty;
  const base = { item, score: picked.score, sources: ranks.map(({ source }) => source) };
  const details = { id: item, available: true, ...row.fields, createdAt: new Date(row.createdAtMs).toISOString() };
  return {
    ...base,
    ...(explain && {
      explanation: {
        parts,
        sources: ranks.map(({ source, rank, score }) => ({ source, rank, score })),
        because: causes(candidate, isLive, coEngagementCauses),
      },
    }),
    ...(expand && { details }),
  };
}

/** Causes of the sources in turn, so that each source's strongest is named first. */
function causes(
  { item, ranks }: FusedCandidate,
  isLive: (item: ItemId) => boolean,
  coEngagementCauses: (item: ItemId) => readonly ItemId[],
): readonly ItemId[] {
  const lists = ranks.map(({ source, because }) => (source === 'co-engagement' ? coEngagementCauses(item) : because));
  const merged = new Set<ItemId>();
  for (let place = 0; place < BECAUSE_MAX; place++) {
    for (const list of lists) {
      const cause = list[place];
      if (cause !== undefined && isLive(cause)) merged.add(cause);
    }
  }
  return [...merged].slice(0, BECAUSE_MAX);
}
