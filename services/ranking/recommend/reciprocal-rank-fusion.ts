import { compareIds, type ItemId } from '@kindred/shared/id';
import type { SourceName } from '@kindred/shared/model/candidate-sources';
import type { Candidate } from '../sources/candidate.ts';

/** Where one source put a candidate. */
export interface SourceRank {
  readonly source: SourceName;
  /** From 1. */
  readonly rank: number;
  /** The source's own score: comparable within the source only. */
  readonly score: number;
  /** What the source adds to the fused score. */
  readonly part: number;
  readonly because: readonly ItemId[];
}

export interface FusedCandidate {
  readonly item: ItemId;
  readonly fused: number;
  readonly ranks: readonly SourceRank[];
}

/** Dampens the lead of first places. @see Cormack et al., "Reciprocal rank fusion", SIGIR 2009. */
const RANK_OFFSET = 60;

/**
 * Fuses ranked lists: an item's score is the sum over the lists that have it of `weight / (60 + rank)`.
 * @param lists  Each best first, without repeats.
 * @returns By falling fused score, ties by id. Cost: O(n log n) for n = all entries.
 */
export function fuse(
  lists: readonly { readonly source: SourceName; readonly weight: number; readonly candidates: readonly Candidate[] }[],
): FusedCandidate[] {
  const byItem = new Map<ItemId, { item: ItemId; fused: number; ranks: SourceRank[] }>();
  for (const { source, weight, candidates } of lists) {
    candidates.forEach(({ item, score, because }, index) => {
      const part = weight / (RANK_OFFSET + index + 1);
      const known = byItem.get(item) ?? { item, fused: 0, ranks: [] };
      known.fused += part;
      known.ranks.push({ source, rank: index + 1, score, part, because });
      byItem.set(item, known);
    });
  }
  return [...byItem.values()].sort((a, b) => b.fused - a.fused || compareIds(a.item, b.item));
}
