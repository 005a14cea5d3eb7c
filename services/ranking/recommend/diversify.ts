import type { Eligible, EligibleCandidate } from './filter.ts';
import { mmr } from './mmr.ts';
import type { RecommendRequest } from './slate.ts';

/** An eligible candidate with its score as a share of the request's largest. */
export interface RelevantCandidate extends EligibleCandidate {
  /** In [0, 1]; 1 for the best of the pool, or 0 for all of it if trained weights tell none from another. */
  readonly relevance: number;
  /** One number per part, at least 0; they sum to the relevance. */
  readonly shares: Float64Array;
}

/** A candidate of the slate. */
export interface PickedCandidate {
  readonly candidate: RelevantCandidate;
  /** As `mmr` has it. */
  readonly penalty: number;
  /** The score that is served: `(1 − diversity)·relevance + penalty`. */
  readonly slateScore: number;
}

/** Picks the slate from the pool by maximal marginal relevance; best first. */
export function diversify(eligible: Eligible, { limit, diversity }: RecommendRequest): readonly PickedCandidate[] {
  return mmr(relevant(eligible), limit, diversity).map(({ entry, penalty, score }) => ({
    candidate: entry,
    penalty,
    slateScore: score,
  }));
}

/**
 * Turns scores into shares of the pool's largest, with parts that still sum to them. The parts of trained weights have no zero of
 * their own: each counts from its least value in the pool.
 */
export function relevant({ pool, scorer }: Eligible): readonly RelevantCandidate[] {
  const least = new Float64Array(scorer.partNames.length);
  if (scorer.weights === 'trained') {
    least.fill(Number.POSITIVE_INFINITY);
    for (const { parts } of pool) for (const [p, part] of parts.entries()) least[p] = Math.min(least[p]!, part);
  }
  const shifted = pool.map((candidate) => {
    const parts = candidate.parts.map((part, p) => part - least[p]!);
    return { candidate, parts, sum: parts.reduce((sum, part) => sum + part, 0) };
  });
  const largest = shifted.reduce((most, { sum }) => Math.max(most, sum), 0);
  return shifted.map(({ candidate, parts, sum }) => ({
    ...candidate,
    relevance: largest > 0 ? sum / largest : 0,
    shares: parts.map((part) => (largest > 0 ? part / largest : 0)),
  }));
}
