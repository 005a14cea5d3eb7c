/** Candidate sources, in the order in which an explanation lists them. */
export const SOURCE_NAMES = [
  'collaborative',
  'content',
  'interests',
  'similar',
  'co-engagement',
  'trending',
  'latest',
  'popular',
] as const;

export type SourceName = (typeof SOURCE_NAMES)[number];

interface SourceRule {
  /** Candidates per request at most; `undefined` if the number follows from the source's queries to the index. */
  readonly depth?: number;
  /** Weight in reciprocal rank fusion for a user with a history, and for one without; 0 leaves the source out. */
  readonly weight: { readonly known: number; readonly unknown: number };
  /** True if the trained ranker orders the source's candidates: it is trained on exactly these, at this depth. */
  readonly isRanked: boolean;
}

/** The one table of sources, for serving and training. */
export const SOURCES: Readonly<Record<SourceName, SourceRule>> = {
  collaborative: { depth: 200, weight: { known: 2, unknown: 0 }, isRanked: true },
  content: { depth: 100, weight: { known: 0.5, unknown: 0 }, isRanked: true },
  interests: { weight: { known: 1, unknown: 0 }, isRanked: false },
  similar: { weight: { known: 1, unknown: 0 }, isRanked: false },
  'co-engagement': { depth: 100, weight: { known: 1, unknown: 0 }, isRanked: true },
  trending: { depth: 100, weight: { known: 0.1, unknown: 1 }, isRanked: true },
  latest: { depth: 200, weight: { known: 0.05, unknown: 0.5 }, isRanked: false },
  popular: { depth: 200, weight: { known: 0, unknown: 1 }, isRanked: false },
};

/** Dampens the lead of first places. @see Cormack et al., "Reciprocal rank fusion", SIGIR 2009. */
const RANK_OFFSET = 60;

/** Share of a fused score that one source contributes. @param rank  From 1. */
export function reciprocalRank(weight: number, rank: number): number {
  return weight / (RANK_OFFSET + rank);
}
