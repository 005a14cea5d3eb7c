import { type FeatureScales, TERM_COUNT, writeTerms } from '@kindred/shared/model/ranking-features';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import type { CandidateList, CandidateScorer } from './candidate-scorer.ts';

/** Terms and gains of all candidates of all users, user by user. */
export interface CandidateTerms {
  /** Starts of the users' candidates: user `u` has `[starts[u], starts[u + 1])`. */
  readonly starts: Int32Array;
  /** Gain of finding each candidate, 0 for one that the user did not like. */
  readonly gains: Float32Array;
  /** Shape `[candidates, TERM_COUNT]`, as `writeTerms` writes them. */
  readonly values: Float32Array;
}

/** @param lists  Candidates of the users, in the order of the users. Cost: that of `signalsOf` per user. */
export function candidateTerms(
  scorer: CandidateScorer,
  users: readonly JudgedUser[],
  lists: readonly CandidateList[],
  scales: FeatureScales,
): CandidateTerms {
  const starts = new Int32Array(users.length + 1);
  for (const [u, { items }] of lists.entries()) starts[u + 1] = starts[u]! + items.length;
  const values = new Float32Array(starts[users.length]! * TERM_COUNT);
  const gains = new Float32Array(starts[users.length]!);
  for (const [u, user] of users.entries()) {
    const { items } = lists[u]!;
    for (const [place, signals] of scorer.signalsOf(user, items).entries()) {
      const candidate = starts[u]! + place;
      writeTerms(signals, scales, values, candidate * TERM_COUNT);
      gains[candidate] = user.gains.get(items[place]!) ?? 0;
    }
  }
  return { starts, gains, values };
}
