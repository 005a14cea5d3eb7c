import { setTimeout as sleep } from 'node:timers/promises';
import { AwayError } from '../kindred-client.ts';

const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 5_000;

export interface RetryOptions {
  /** Counted from the first failure. */
  readonly giveUpAfterMs: number;
  /** Told of the first failure of a row of them. */
  readonly onAway: (error: AwayError) => void;
}

/**
 * Does something again while the server is away, with pauses that double, and are at least what the server asks for.
 * @throws {AwayError} the last one, when time is up; any other failure at once.
 */
export async function retried<Value>(
  attempt: () => Promise<Value>,
  { giveUpAfterMs, onAway }: RetryOptions,
): Promise<Value> {
  let pauseMs = PAUSE_MS_MIN;
  let deadlineMs: number | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AwayError)) throw error;
      if (deadlineMs === undefined) {
        deadlineMs = performance.now() + giveUpAfterMs;
        onAway(error);
      }
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw error;
      await sleep(Math.min(Math.max(pauseMs, error.retryAfterMs), leftMs));
      pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
    }
  }
}
