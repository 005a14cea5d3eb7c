import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';

/** Ways to turn strengths into the weights of a fit. */
export interface WeightOptions {
  /** Weight of an item that the user saw and did not like, in [0, 1]: it was near enough to be met. */
  readonly seenWeight: number;
  /** Discount of users with many engagements, in [0, 1]: a user's squared weights grow with `n^(1 − 2·exponent)`. */
  readonly userExponent: number;
}

/** Entries counted per user, the first by number: more say little and cost their square. */
const ENTRIES_PER_USER_MAX = 1_000;

/**
 * Weights of the users' engagements for a fit, from how strongly they liked each item. The mean squared weight of an
 * engagement is the same for every exponent, so that one regularisation suits all.
 * @param strengths  As in `TrainingData`.
 * @returns One row per user; entries of weight 0 are absent.
 */
export function engagementWeights(strengths: SparseRows, { seenWeight, userExponent }: WeightOptions): SparseRows {
  const userCount = rowCountOf(strengths);
  const builder = new SparseRowsBuilder(userCount);
  const squares = new Float64Array(userCount);
  let before = 0;
  let after = 0;
  for (let user = 0; user < userCount; user++) {
    const start = strengths.starts[user]!;
    const end = Math.min(strengths.starts[user + 1]!, start + ENTRIES_PER_USER_MAX);
    for (let i = start; i < end; i++) squares[user] = squares[user]! + weightOf(strengths.values[i]!, seenWeight) ** 2;
    before += squares[user]!;
    after += squares[user]! * factorOf(squares[user]!, userExponent) ** 2;
  }
  const scale = after > 0 ? Math.sqrt(before / after) : 1;
  for (let user = 0; user < userCount; user++) {
    const factor = scale * factorOf(squares[user]!, userExponent);
    const start = strengths.starts[user]!;
    const end = Math.min(strengths.starts[user + 1]!, start + ENTRIES_PER_USER_MAX);
    for (let i = start; i < end; i++) {
      const weight = weightOf(strengths.values[i]!, seenWeight);
      if (weight > 0) builder.add(strengths.columns[i]!, factor * weight);
    }
    builder.endRow();
  }
  return builder.done();
}

function weightOf(strength: number, seenWeight: number): number {
  return strength > 0 ? strength : seenWeight;
}

function factorOf(squares: number, exponent: number): number {
  return squares > 0 ? squares ** -exponent : 0;
}
