import pRetry from 'p-retry';

/** Pauses and end of repeated attempts. */
export interface UntilSuccessOptions {
  /** Pause after the first failure; it doubles with each further one. */
  readonly firstPauseMs: number;
  readonly pauseMaxMs: number;
  /** Ends the attempts; the one at hand is not interrupted. */
  readonly signal: AbortSignal;
  /** Receives every failure before the signal. */
  readonly onError: (error: unknown) => void;
}

/** Repeats work until it succeeds. @returns The result, or `undefined` once the signal has aborted. */
export async function untilSuccess<Result>(
  work: () => Promise<Result>,
  { firstPauseMs, pauseMaxMs, signal, onError }: UntilSuccessOptions,
): Promise<Result | undefined> {
  const attempt = async (): Promise<Result> => {
    try {
      return await work();
    } catch (cause) {
      if (!signal.aborted) onError(cause);
      // A plain error, because p-retry takes a TypeError for a mistake that no repetition cures.
      throw new Error('the attempt failed', { cause });
    }
  };
  try {
    return await pRetry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: firstPauseMs,
      maxTimeout: pauseMaxMs,
      factor: 2,
      signal,
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
