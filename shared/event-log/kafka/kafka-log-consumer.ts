import type { Consumer } from '../event-log.ts';
import { SessionLoop } from '../session-loop.ts';
import { KafkaSession, type KafkaSessionOptions } from './kafka-session.ts';

export interface KafkaLogConsumerOptions extends KafkaSessionOptions {
  /** Longest time without a read while messages wait. */
  readonly stuckMs: number;
}

/** A session that lasted this long is followed by the next at once; an earlier end, after a pause. */
const STEADY_MS = 60_000;
const PAUSES = { firstPauseMs: 250, pauseMaxMs: 2_000 };

/**
 * Keeps a consumer in the group: a new one after a crash, and after `stuckMs` in which messages waited and none was read,
 * because kafkajs can fall silent for good.
 */
export class KafkaLogConsumer implements Consumer {
  readonly #options: KafkaLogConsumerOptions;
  readonly #loop: SessionLoop;
  readonly #stopped: Promise<undefined>;
  #session: KafkaSession | undefined;

  constructor(options: KafkaLogConsumerOptions) {
    this.#options = options;
    const { onError } = options;
    this.#loop = new SessionLoop({ ...PAUSES, runSession: () => this.#runSession(), onError });
    this.#stopped = new Promise((resolve) => {
      this.#loop.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    this.#loop.start();
  }

  get isRunning(): boolean {
    return this.#loop.isRunning;
  }

  async lag(): Promise<number> {
    const { handler, offsets } = this.#options;
    const ranges = await offsets.ranges();
    const partitions = this.#session?.assigned ?? [...ranges.keys()];
    const positions = new Map(this.#session?.positions);
    const unknown = partitions.filter((partition) => !positions.has(partition));
    const progress = unknown.length > 0 ? await handler.progress(unknown) : new Map<number, number>();
    let count = 0;
    for (const partition of partitions) {
      const { start, end } = ranges.get(partition) ?? { start: 0, end: 0 };
      count += Math.max(0, end - Math.max(start, positions.get(partition) ?? progress.get(partition) ?? 0));
    }
    return count;
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Resolves after a stop, or the end of a steady session. @throws the reason for which a session ended early. */
  async #runSession(): Promise<void> {
    const begunMs = Date.now();
    const session = new KafkaSession(this.#options);
    this.#session = session;
    const over = new AbortController();
    const reason = await Promise.race([this.#stopped, session.crashed, this.#stuck(session, over.signal)]);
    over.abort();
    await session.close();
    if (reason === undefined) return;
    if (Date.now() - begunMs < STEADY_MS) throw reason;
    this.#options.onError(reason);
  }

  /** Resolves once the session is stuck. */
  #stuck(session: KafkaSession, end: AbortSignal): Promise<Error> {
    const { stuckMs } = this.#options;
    return new Promise((resolve) => {
      const timer = setInterval(async () => {
        if (session.idleMs < stuckMs) return;
        const waiting = await this.lag().catch(() => 0);
        if (waiting === 0 || session.idleMs < stuckMs) return;
        resolve(new Error(`${waiting} messages wait and none was read for ${stuckMs} ms: the consumer starts again`));
      }, stuckMs / 5);
      end.addEventListener('abort', () => clearInterval(timer), { once: true });
    });
  }
}
