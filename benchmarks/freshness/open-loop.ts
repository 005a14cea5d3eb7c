import { setTimeout as sleep } from 'node:timers/promises';
import { type Latency, latencyOf } from '../measure/quantile.ts';

export interface OpenLoopOptions {
  readonly perSecond: number;
  /** Sends so many events at once; resolves when they are acknowledged. */
  readonly send: (count: number) => Promise<void>;
}

export interface OpenLoop {
  /** Sends no more, waits for what is under way. @throws what a send threw. */
  stop(): Promise<OpenLoopReport>;
}

export interface OpenLoopReport {
  /** Rate that was reached. */
  readonly perSecond: number;
  /** Largest delay of a sent event behind its plan. */
  readonly lateMaxMs: number;
  /** From sending to the acknowledgement, of each send. */
  readonly acknowledged: Latency;
}

export const TICK_MS = 10;

/** Sends events when they are due, whether or not earlier ones are acknowledged: a slow answer makes no later one wait. */
export function startOpenLoop({ perSecond, send }: OpenLoopOptions): OpenLoop {
  const startMs = performance.now();
  const underWay: Promise<void>[] = [];
  const tookMs: number[] = [];
  let sent = 0;
  let lateMaxMs = 0;
  let isStopping = false;

  const sendNow = async (count: number): Promise<void> => {
    const sentMs = performance.now();
    await send(count);
    tookMs.push(performance.now() - sentMs);
  };

  const run = async (): Promise<OpenLoopReport> => {
    while (!isStopping) {
      const nowMs = performance.now();
      const due = Math.floor(((nowMs - startMs) * perSecond) / 1_000) - sent;
      if (due > 0) {
        lateMaxMs = Math.max(lateMaxMs, nowMs - startMs - (sent * 1_000) / perSecond);
        sent += due;
        const sending = sendNow(due);
        // Reported at the end; until then it must not end the process.
        sending.catch(() => {});
        underWay.push(sending);
      }
      await sleep(TICK_MS - ((performance.now() - startMs) % TICK_MS));
    }
    const perSecondReached = (sent * 1_000) / (performance.now() - startMs);
    await Promise.all(underWay);
    return { perSecond: perSecondReached, lateMaxMs, acknowledged: latencyOf(tookMs) };
  };

  const report = run();
  return {
    stop: () => {
      isStopping = true;
      return report;
    },
  };
}
