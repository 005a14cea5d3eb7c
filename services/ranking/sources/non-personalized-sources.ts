import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { DAY_MS, HALF_LIFE_DAYS, valueOfRank } from '@kindred/shared/model/decay';
import { NO_CAUSES } from './candidate.ts';
import { type CandidateSource, isRankedByTraining } from './candidate-source.ts';
import type { NonPersonalized } from './non-personalized.ts';

/** Items that many engage with now. For a user with a history they only season the personal candidates. */
export const trendingSource = listSource('trending', (rank, nowMs) => valueOfRank(rank, nowMs, HALF_LIFE_DAYS.short));
/** The newest items; the score is minus the age in days. */
export const latestSource = listSource('latest', (createdAtMs, nowMs) => (createdAtMs - nowMs) / DAY_MS);
/** Items that many engaged with over months: for cold-start users. */
export const popularSource = listSource('popular', (rank, nowMs) => valueOfRank(rank, nowMs, HALF_LIFE_DAYS.long));

/** Weight of a source whose candidates the trained ranker orders: no score comes of it. */
const RANKED_WEIGHT = 1;

function listSource(
  name: keyof NonPersonalized,
  scoreAt: (listScore: number, nowMs: number) => number,
): CandidateSource {
  const { depth = 0, rankedDepth, weight } = SOURCES[name];
  return {
    name,
    weight: (context) => {
      if (isRankedByTraining(context)) {
        // Without trends nothing is known of what many engage with now.
        const isKnown = name !== 'trending' || context.trained?.catalog.ranker?.takesTrends === true;
        return rankedDepth > 0 && isKnown ? RANKED_WEIGHT : 0;
      }
      return context.engagements.length > 0 ? weight.known : weight.unknown;
    },
    queries: () => [],
    candidates: (context) => {
      const { nonPersonalized, excluded, nowMs } = context;
      const isPersonal = isRankedByTraining(context);
      return nonPersonalized[name]
        .values()
        .filter(({ item }) => !(isPersonal && excluded.has(item)))
        .take(isPersonal ? rankedDepth : depth)
        .map(({ item, score }) => ({ item, sourceScore: scoreAt(score, nowMs) }))
        .toArray();
    },
    causes: () => NO_CAUSES,
  };
}
