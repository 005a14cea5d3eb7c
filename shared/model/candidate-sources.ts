/** Candidate sources, in the order in which an explanation lists them. */
export const SOURCE_NAMES = [
  'collaborative',
  'content',
  'interests',
  'similar',
  'transitions',
  'co-engagement',
  'trending',
  'latest',
  'popular',
] as const;

export type SourceName = (typeof SOURCE_NAMES)[number];

interface SourceRule {
  /** Candidates to fuse, at most; `undefined` if the number follows from the source's queries to the index. */
  readonly depth?: number;
  /** Candidates that the trained ranker orders, at most, in serving and training; 0 if it knows nothing of the source. */
  readonly rankedDepth: number;
  /** Weight in reciprocal rank fusion for a user with a history, and for one without; 0 leaves the source out. */
  readonly weight: { readonly known: number; readonly unknown: number };
}

/** The one table of sources, for serving and training. */
export const SOURCES: Readonly<Record<SourceName, SourceRule>> = {
  collaborative: { depth: 200, rankedDepth: 200, weight: { known: 2, unknown: 0 } },
  content: { depth: 100, rankedDepth: 100, weight: { known: 0.5, unknown: 0 } },
  interests: { rankedDepth: 0, weight: { known: 1, unknown: 0 } },
  similar: { rankedDepth: 0, weight: { known: 1, unknown: 0 } },
  transitions: { depth: 100, rankedDepth: 100, weight: { known: 0.5, unknown: 0 } },
  'co-engagement': { depth: 100, rankedDepth: 100, weight: { known: 1, unknown: 0 } },
  trending: { depth: 100, rankedDepth: 50, weight: { known: 0.1, unknown: 1 } },
  latest: { depth: 200, rankedDepth: 0, weight: { known: 0.05, unknown: 0.5 } },
  popular: { depth: 200, rankedDepth: 50, weight: { known: 0, unknown: 1 } },
};

/** A source that the trained ranker knows. */
export type RankedSourceName = Exclude<SourceName, 'interests' | 'similar' | 'latest'>;

/** Sources that the trained ranker knows, in the order of the table. */
export const RANKED_SOURCES = SOURCE_NAMES.filter(isRankedSource);

/** True if the trained ranker orders the source's candidates. */
export function isRankedSource(name: SourceName): name is RankedSourceName {
  return SOURCES[name].rankedDepth > 0;
}

/** Dampens the lead of first places. @see Cormack et al., "Reciprocal rank fusion", SIGIR 2009. */
const RANK_OFFSET = 60;

/** Share of a fused score that one source contributes. @param rank  From 1. */
export function reciprocalRank(weight: number, rank: number): number {
  return weight / (RANK_OFFSET + rank);
}
