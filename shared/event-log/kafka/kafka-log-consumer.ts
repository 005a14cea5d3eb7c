import { createBackoff } from '../backoff.ts';
import type { Consumer } from '../event-log.ts';
import { KafkaSession, type KafkaSessionOptions } from './kafka-session.ts';

export interface KafkaConsumerOptions extends KafkaSessionOptions {
  /** How long nothing may be read while messages wait. */
  readonly stuckMs: number;
}

/** After so long a session's end counts as a new trouble. */
const STEADY_MS = 60_000;

/**
 * Keeps a consumer in the group: a new one after a crash, and after `stuckMs` in which messages waited and none was read,
 * because kafkajs can fall silent for good.
 */
export function startKafkaConsumer(options: KafkaConsumerOptions): Consumer {
  const { handler, offsets, stuckMs, onError } = options;
  const stopping = new AbortController();
  const stopped = new Promise<undefined>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const backoff = createBackoff({ firstMs: 250, maxMs: 2_000 });
  let session = new KafkaSession(options);

  async function lag(): Promise<number> {
    const ranges = await offsets.ranges();
    const partitions = session.assigned ?? [...ranges.keys()];
    const positions = new Map(session.positions);
    const unknown = partitions.filter((partition) => !positions.has(partition));
    const progress = unknown.length > 0 ? await handler.progress(unknown) : new Map<number, number>();
    let count = 0;
    for (const partition of partitions) {
      const { start, end } = ranges.get(partition) ?? { start: 0, end: 0 };
      count += Math.max(0, end - Math.max(start, positions.get(partition) ?? progress.get(partition) ?? 0));
    }
    return count;
  }

  /** Resolves when the session has been stuck. */
  async function stuck(watched: KafkaSession, end: AbortSignal): Promise<Error> {
    return new Promise((resolve) => {
      const timer = setInterval(async () => {
        if (watched.idleMs < stuckMs) return;
        const waiting = await lag().catch(() => 0);
        if (waiting === 0 || watched.idleMs < stuckMs) return;
        resolve(new Error(`${waiting} messages wait and none was read for ${stuckMs} ms: the consumer starts again`));
      }, stuckMs / 5);
      end.addEventListener('abort', () => clearInterval(timer), { once: true });
    });
  }

  async function run(): Promise<void> {
    for (;;) {
      const over = new AbortController();
      const begunMs = Date.now();
      const reason = await Promise.race([stopped, session.crashed, stuck(session, over.signal)]);
      over.abort();
      await session.close();
      if (reason === undefined || stopping.signal.aborted) return;
      onError(reason);
      if (Date.now() - begunMs > STEADY_MS) backoff.reset();
      await backoff.wait(stopping.signal);
      if (stopping.signal.aborted) return;
      session = new KafkaSession(options);
    }
  }

  const over = run();
  return {
    lag,
    stop: async () => {
      stopping.abort();
      await over;
    },
  };
}
