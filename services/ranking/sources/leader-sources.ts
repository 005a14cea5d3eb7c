import type { SourceName } from '../domain/candidate.ts';
import type { CandidateSource } from '../domain/candidate-source.ts';
import type { Leader, Leaders } from '../domain/leaders.ts';

const CANDIDATES_MAX = 200;

/** What many engage with now. For a user who is known it only seasons what is found for them. */
export const trendingSource = leaderSource('trending', { known: 0.1, unknown: 1 });
/** What is new. */
export const freshSource = leaderSource('fresh', { known: 0.05, unknown: 0.5 });
/** What many engaged with over months: for a user nobody knows. */
export const popularSource = leaderSource('popular', { known: 0, unknown: 1 });

function leaderSource(
  name: SourceName & keyof Leaders,
  weights: { readonly known: number; readonly unknown: number },
): CandidateSource {
  return {
    name,
    weight: ({ engagements }) => (engagements.length > 0 ? weights.known : weights.unknown),
    wishes: () => [],
    candidates: ({ leaders }) =>
      leaders[name].slice(0, CANDIDATES_MAX).map(({ item, score }: Leader) => ({ item, score, because: [] })),
  };
}
