import { type FeatureScales, TERM_COUNT, writeTerms } from '@kindred/shared/model/ranking-features';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import type { CandidateList, CandidateScorer } from './candidate-scorer.ts';

/** Terms and gains of all candidates of all users, user by user. */
export interface CandidateTerms {
  /** In the order of the users. */
  readonly lists: readonly CandidateList[];
  /** Starts of the users' candidates: user `u` has `[starts[u], starts[u + 1])`. */
  readonly starts: Int32Array;
  /** Gain of finding each candidate, 0 for one that the user did not like. */
  readonly gains: Float32Array;
  /** Shape `[candidates, TERM_COUNT]`, as `writeTerms` writes them. */
  readonly values: Float32Array;
}

/** Finds and describes the candidates of all users. Cost: that of `candidatesOf` per user. */
export function candidateTerms(
  scorer: CandidateScorer,
  users: readonly JudgedUser[],
  scales: FeatureScales,
): CandidateTerms {
  const lists: CandidateList[] = [];
  const starts = new Int32Array(users.length + 1);
  const terms: Float32Array[] = [];
  const gains: Float32Array[] = [];
  for (const [u, user] of users.entries()) {
    const { list, signals } = scorer.candidatesOf(user);
    const own = new Float32Array(list.items.length * TERM_COUNT);
    for (const [place, each] of signals.entries()) writeTerms(each, scales, own, place * TERM_COUNT);
    lists.push(list);
    terms.push(own);
    gains.push(Float32Array.from(list.items, (item) => user.gains.get(item) ?? 0));
    starts[u + 1] = starts[u]! + list.items.length;
  }
  return { lists, starts, gains: joined(gains), values: joined(terms) };
}

/** All parts one after another; the parts are given up on the way, so that memory does not double. */
function joined(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let place = whole.length;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    place -= part.length;
    whole.set(part, place);
  }
  return whole;
}
