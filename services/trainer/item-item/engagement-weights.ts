import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';

/** Ways to turn strengths into the weights of a fit. */
export interface WeightOptions {
  /** Weight of an item that the user saw and did not like, in [0, 1]: it was near enough to be met. */
  readonly seenWeight: number;
  /** Discount of users with many engagements, in [0, 1]: a user's squared weights grow with `n^(1 − 2·exponent)`. */
  readonly userExponent: number;
}

/** The pace at which what users like drifts: older engagements weigh less. */
export interface Drift {
  /** Days of each entry of the strengths, at least 0. */
  readonly ages: Float64Array;
  /** Days in which an engagement loses half its weight; ∞ for never. Above 0. */
  readonly halfLifeDays: number;
}

/** Entries counted per user, the first by number: more say little and cost their square. */
const ENTRIES_PER_USER_MAX = 1_000;

/**
 * Weights of the users' engagements for a fit, from how strongly they liked each item. The mean squared weight of an
 * engagement is the same for every exponent and half-life, so that one regularisation suits all.
 * @param strengths  As in `TrainingData`.
 * @param drift  Absent where times tell nothing.
 * @returns One row per user; entries of weight 0 are absent.
 */
export function engagementWeights(strengths: SparseRows, options: WeightOptions, drift?: Drift): SparseRows {
  const userCount = rowCountOf(strengths);
  const builder = new SparseRowsBuilder(userCount);
  const factors = userFactors(strengths, options, drift);
  for (let user = 0; user < userCount; user++) {
    const start = strengths.starts[user]!;
    const end = Math.min(strengths.starts[user + 1]!, start + ENTRIES_PER_USER_MAX);
    for (let i = start; i < end; i++) {
      const weight = factors[user]! * weightOf(strengths.values[i]!, options.seenWeight) * decayOf(i, drift);
      if (weight > 0) builder.add(strengths.columns[i]!, weight);
    }
    builder.endRow();
  }
  return builder.done();
}

/** Factor of all weights of each user. */
function userFactors(
  { starts, values }: SparseRows,
  { seenWeight, userExponent }: WeightOptions,
  drift: Drift | undefined,
): Float64Array {
  const squares = new Float64Array(starts.length - 1);
  let before = 0;
  let after = 0;
  for (let user = 0; user < squares.length; user++) {
    const start = starts[user]!;
    const end = Math.min(starts[user + 1]!, start + ENTRIES_PER_USER_MAX);
    let decayedSquares = 0;
    for (let i = start; i < end; i++) {
      const square = weightOf(values[i]!, seenWeight) ** 2;
      squares[user] = squares[user]! + square;
      decayedSquares += square * decayOf(i, drift) ** 2;
    }
    before += squares[user]!;
    after += decayedSquares * factorOf(squares[user]!, userExponent) ** 2;
  }
  const scale = after > 0 ? Math.sqrt(before / after) : 1;
  return squares.map((each) => scale * factorOf(each, userExponent));
}

/** Share of its weight that an entry keeps. */
function decayOf(entry: number, drift: Drift | undefined): number {
  return drift === undefined ? 1 : 2 ** (-drift.ages[entry]! / drift.halfLifeDays);
}

function weightOf(strength: number, seenWeight: number): number {
  return strength > 0 ? strength : seenWeight;
}

function factorOf(squares: number, exponent: number): number {
  return squares > 0 ? squares ** -exponent : 0;
}
