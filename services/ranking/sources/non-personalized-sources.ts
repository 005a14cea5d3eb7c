import type { SourceName } from '@kindred/shared/model/candidate-sources';
import { DAY_MS, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { valueOfRank } from '../events/counter.ts';
import { type CandidateSource, isRankedByTraining } from './candidate-source.ts';
import type { NonPersonalized } from './non-personalized.ts';

const CANDIDATES_MAX = 200;

/** What many engage with now, by decayed engagement. For a user who is known it only seasons what is found for them. */
export const trendingSource = listSource('trending', { known: 0.1, unknown: 1 }, (rank, nowMs) =>
  valueOfRank(rank, nowMs, HALF_LIFE_DAYS.short),
);
/** What is new; the score is minus the age in days. */
export const latestSource = listSource(
  'latest',
  { known: 0.05, unknown: 0.5 },
  (createdAtMs, nowMs) => (createdAtMs - nowMs) / DAY_MS,
);
/** What many engaged with over months: for a user nobody knows. */
export const popularSource = listSource('popular', { known: 0, unknown: 1 }, (rank, nowMs) =>
  valueOfRank(rank, nowMs, HALF_LIFE_DAYS.long),
);

function listSource(
  name: SourceName & keyof NonPersonalized,
  weights: { readonly known: number; readonly unknown: number },
  scoreAt: (listScore: number, nowMs: number) => number,
): CandidateSource {
  return {
    name,
    weight: (context) => {
      const isWeighed = name === 'trending' && context.trained?.trained.ranker?.takesTime === true;
      if (isRankedByTraining(context) && !isWeighed) return 0;
      return context.engagements.length > 0 ? weights.known : weights.unknown;
    },
    wishes: () => [],
    candidates: ({ nonPersonalized, nowMs }) =>
      nonPersonalized[name]
        .slice(0, CANDIDATES_MAX)
        .map(({ item, score }) => ({ item, score: scoreAt(score, nowMs), because: [] })),
  };
}
