/** Mean difference of two measurements of the same users, with the standard error of that mean. */
export interface PairedDifference {
  readonly mean: number;
  /** 0 for fewer than two users. */
  readonly error: number;
}

/** By how much the first measurement exceeds the second, user by user; both of the same length. Cost: O(users). */
export function differenceOf(left: Float64Array, right: Float64Array): PairedDifference {
  const count = left.length;
  const differences = left.map((value, user) => value - right[user]!);
  const mean = meanOf(differences);
  if (count < 2) return { mean, error: 0 };
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (count - 1) / count) };
}

/** 0 without values. */
export function meanOf(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
