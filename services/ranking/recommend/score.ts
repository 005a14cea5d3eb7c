import { compareIds } from '@kindred/shared/id';
import { reciprocalRankFusion } from './reciprocal-rank-fusion.ts';
import type { Retrieved } from './retrieve.ts';
import { type ScoredCandidate, type Scorer, scorerOf } from './scorer.ts';

export interface Scored {
  /** By falling score, ties by id. */
  readonly candidates: readonly ScoredCandidate[];
  /** Scores further candidates when too few of these may be shown. */
  readonly scorer: Scorer;
}

/** Fuses the candidates of all sources and scores each. Cost: O(n log n) for n candidates. */
export function score({ context, retrievals }: Retrieved): Scored {
  const scorer = scorerOf(context);
  const lists = retrievals.map(({ source, weight, candidates }) => ({ source: source.name, weight, candidates }));
  const candidates = reciprocalRankFusion(lists).map((candidate) => scorer.score(candidate));
  return { candidates: candidates.sort((a, b) => b.score - a.score || compareIds(a.item, b.item)), scorer };
}
