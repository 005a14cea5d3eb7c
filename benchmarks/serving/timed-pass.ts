import { succeeded, type TimedReply } from '../engine/keep-alive-client.ts';
import { type Latency, latencyOf } from '../measure/quantile.ts';

/** Ids to ask for, and the way to ask. */
export interface PassOptions {
  /** In the order in which they are asked for; at least one. */
  readonly asked: readonly string[];
  /** Requests under way at any moment: each is followed by the next as soon as it is answered. */
  readonly connections: number;
  readonly send: (id: string) => Promise<TimedReply>;
  readonly timeoutMs: number;
  /** Called after each answer with the number of answers so far. */
  readonly onAnswer?: (done: number) => void;
}

/** Times of one pass. */
export interface PassReport {
  readonly latency: Latency;
  /** Requests answered per second, from the first sent to the last answered. */
  readonly perSecond: number;
  /** Answers that lacked a part which the server names in `degraded`. */
  readonly degraded: number;
}

/**
 * Asks for each id once.
 * @throws Error at the first answer that is no success, or at the timeout; nothing is asked for after it.
 */
export async function timedPass({ asked, connections, send, timeoutMs, onAnswer }: PassOptions): Promise<PassReport> {
  const timesMs: number[] = [];
  let next = 0;
  let degraded = 0;
  const connection = async (): Promise<void> => {
    while (next < asked.length) {
      const reply = await send(asked[next++]!);
      if (isDegraded(succeeded(reply))) degraded++;
      timesMs.push(reply.tookMs);
      onAnswer?.(timesMs.length);
    }
  };
  const startMs = performance.now();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no end of a pass within ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([late.promise, Promise.all(Array.from({ length: connections }, connection))]);
  } finally {
    clearTimeout(timer);
    next = asked.length;
  }
  const seconds = (performance.now() - startMs) / 1_000;
  return { latency: latencyOf(timesMs), perSecond: timesMs.length / seconds, degraded };
}

/** Searches the text: parsing every answer would take processor time from the server, which runs on the same machine. */
function isDegraded(body: string): boolean {
  return body.includes('"degraded":[') && !body.includes('"degraded":[]');
}
