import { mmr } from '@kindred/shared/model/mmr';
import { type RelevanceShare, relevanceShares } from '@kindred/shared/model/relevance-shares';
import type { Eligible, EligibleCandidate } from './filter.ts';
import type { RecommendRequest } from './slate.ts';

/** An eligible candidate with its score as a share of the request's largest. */
export interface RelevantCandidate extends EligibleCandidate, RelevanceShare {}

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
  const shares = relevanceShares(
    pool.map(({ parts }) => parts),
    scorer.weights === 'fixed',
  );
  return pool.map((candidate, place) => ({ ...candidate, ...shares[place]! }));
}
