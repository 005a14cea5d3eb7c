import { setTimeout as sleep } from 'node:timers/promises';

/** How long to pause after the next failure: twice as long as after the last one, up to a limit. */
export interface Backoff {
  /** Resolves after the pause, or at once when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** After a success: the next pause is the first again. */
  reset(): void;
}

export function createBackoff({ firstMs, maxMs }: { readonly firstMs: number; readonly maxMs: number }): Backoff {
  let nextMs = firstMs;
  return {
    wait: async (signal) => {
      const pauseMs = nextMs;
      nextMs = Math.min(2 * nextMs, maxMs);
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    },
    reset: () => {
      nextMs = firstMs;
    },
  };
}
