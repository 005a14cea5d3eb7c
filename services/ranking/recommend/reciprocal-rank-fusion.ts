import { compareIds, type ItemId } from '@kindred/shared/id';
import { reciprocalRank, type SourceName } from '@kindred/shared/model/candidate-sources';
import type { Candidate } from '../sources/candidate.ts';

/** The place of a candidate in one source's list. */
export interface SourceRank {
  readonly source: SourceName;
  /** From 1. */
  readonly rank: number;
  /** As `Candidate` has it. */
  readonly sourceScore: number;
  /** Share of the fused score that the source contributes. */
  readonly part: number;
}

/** A candidate with its places in all lists that have it. */
export interface FusedCandidate {
  readonly item: ItemId;
  readonly fusedScore: number;
  readonly ranks: readonly SourceRank[];
}

export interface WeightedList {
  readonly source: SourceName;
  readonly weight: number;
  /** Best first, without repeats. */
  readonly candidates: readonly Candidate[];
}

/**
 * Fuses ranked lists: an item's score is the sum of `weight / (60 + rank)` over the lists that have it.
 * @returns By falling fused score, ties by id. Cost: O(n log n) for n = all entries.
 * @see Cormack et al., "Reciprocal rank fusion", SIGIR 2009.
 */
export function reciprocalRankFusion(lists: readonly WeightedList[]): readonly FusedCandidate[] {
  const byItem = new Map<ItemId, { item: ItemId; fusedScore: number; ranks: SourceRank[] }>();
  for (const { source, weight, candidates } of lists) {
    for (const [index, { item, sourceScore }] of candidates.entries()) {
      const rank = index + 1;
      const part = reciprocalRank(weight, rank);
      const known = byItem.get(item) ?? { item, fusedScore: 0, ranks: [] };
      known.fusedScore += part;
      known.ranks.push({ source, rank, sourceScore, part });
      byItem.set(item, known);
    }
  }
  return [...byItem.values()].sort((a, b) => b.fusedScore - a.fusedScore || compareIds(a.item, b.item));
}
