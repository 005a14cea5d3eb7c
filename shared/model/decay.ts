export const DAY_MS = 86_400_000;

/** Half-lives of the things that fade, in days. */
export const HALF_LIFE_DAYS = { short: 3, long: 69 } as const;

/** Decayed weight after `ageMs`: half is left after each half-life; an age below 0 counts as 0. */
export function decayed(weight: number, ageMs: number, halfLifeDays: number): number {
  return weight * 2 ** (-Math.max(0, ageMs) / (halfLifeDays * DAY_MS));
}
