/** Attempts that failed one after another, with no success between them. */
export interface Failures {
  /** At least 1. */
  readonly count: number;
  readonly lastAtMs: number;
}

/** The failures with one more. @param before  `undefined` for none. */
export function failedAgain(before: Failures | undefined, nowMs: number): Failures {
  return { count: (before?.count ?? 0) + 1, lastAtMs: nowMs };
}

/**
 * True while the next attempt is too early: it waits `firstMs` after one failure, and twice as long after each further one.
 * @param failures  `undefined` for none.
 * @param bounds  `maxMs` is the longest wait, at least `firstMs`.
 */
export function isBackingOff(
  failures: Failures | undefined,
  bounds: { readonly firstMs: number; readonly maxMs: number },
  nowMs: number,
): boolean {
  if (failures === undefined) return false;
  const waitMs = Math.min(bounds.firstMs * 2 ** (failures.count - 1), bounds.maxMs);
  return nowMs - failures.lastAtMs < waitMs;
}
