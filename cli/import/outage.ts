import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { UnavailableError } from '../unavailable-error.ts';

const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 5_000;

/** Patience with a server that is unavailable. */
export interface OutageOptions {
  /** Counted from the first failure. A pause that has begun is waited for, so it may take 5 s more. */
  readonly giveUpAfterMs: number;
  /** Called at the first of several failures in a row. */
  readonly onOutage: (error: UnavailableError) => void;
}

/**
 * Does something again while the server is unavailable, with pauses that double and are at least as long as the server
 * asks for.
 * @throws {UnavailableError} the last one, when time is up; any other failure at once.
 */
export function throughOutage<Value>(
  attempt: () => Promise<Value>,
  { giveUpAfterMs, onOutage }: OutageOptions,
): Promise<Value> {
  let deadlineMs: number | undefined;
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: PAUSE_MS_MIN,
    maxTimeout: PAUSE_MS_MAX,
    shouldRetry: async ({ error, retryDelay }) => {
      if (!(error instanceof UnavailableError)) return false;
      if (deadlineMs === undefined) {
        deadlineMs = performance.now() + giveUpAfterMs;
        onOutage(error);
      }
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return false;
      // p-retry waits for `retryDelay` after this.
      await sleep(Math.min(Math.max(0, error.retryAfterMs - retryDelay), leftMs));
      return true;
    },
  });
}
