export const DAY_MS = 86_400_000;

/** Half-lives of the things that fade, in days. */
export const HALF_LIFE_DAYS = { short: 3, long: 69 } as const;

/** Decayed weight after `ageMs`: half is left after each half-life; an age below 0 counts as 0. */
export function decayed(weight: number, ageMs: number, halfLifeDays: number): number {
  return weight * 2 ** (-Math.max(0, ageMs) / (halfLifeDays * DAY_MS));
}

/**
 * Orders decayed sums by their decayed value at any one moment, the same at every moment: `log2(value) + time / half-life`.
 * @returns `undefined` for a value of 0.
 */
export function rankOf(value: number, decayedToMs: number, halfLifeDays: number): number | undefined {
  return value === 0 ? undefined : Math.log2(value) + decayedToMs / (halfLifeDays * DAY_MS);
}

/** Decayed value at a moment that a rank stands for; the inverse of `rankOf`. */
export function valueOfRank(rank: number, nowMs: number, halfLifeDays: number): number {
  return Math.min(Number.MAX_VALUE, 2 ** (rank - nowMs / (halfLifeDays * DAY_MS)));
}
