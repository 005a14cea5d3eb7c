import { Signal } from '../../platform/signal.ts';
import type { ConsumeOptions, Consumer, MessageHandler } from '../event-log.ts';
import { SessionLoop } from '../session-loop.ts';
import { PostgresLogSession } from './postgres-log-session.ts';

export interface PostgresLogConsumerOptions extends ConsumeOptions {
  readonly databaseUrl: string;
  readonly handler: MessageHandler;
  readonly pollMs: number;
  /** @returns One past the log's last message. */
  readonly end: () => Promise<number>;
}

/** Offset of the first message of a log. */
export const FIRST_OFFSET = 1;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;
const PAUSES = { firstPauseMs: 100, pauseMaxMs: 1_000 };

/**
 * Reads the table in a loop of its own. Any failure, also of the handler, ends the session: after a pause a new one takes
 * the lock, asks for progress and goes on from there.
 */
export class PostgresLogConsumer implements Consumer {
  readonly #options: PostgresLogConsumerOptions;
  readonly #loop: SessionLoop;
  readonly #appended = new Signal();
  /** Next offset to read, while the session owns the log. */
  #next: number | undefined;

  constructor(options: PostgresLogConsumerOptions) {
    this.#options = options;
    const { onError } = options;
    this.#loop = new SessionLoop({ ...PAUSES, runSession: () => this.#runSession(), onError });
    this.#loop.start();
  }

  get isRunning(): boolean {
    return this.#loop.isRunning;
  }

  /** Looks for messages now: an append in this process is known sooner than the database notifies of it. */
  wake(): void {
    this.#appended.notify();
  }

  async lag(): Promise<number> {
    return Math.max(0, (await this.#options.end()) - (this.#next ?? (await this.#progress())));
  }

  async stop(): Promise<void> {
    const stopped = this.#loop.stop();
    this.#appended.notify();
    await stopped;
  }

  /** @throws the session's failure if it had applied nothing. */
  async #runSession(): Promise<void> {
    let session: PostgresLogSession | undefined;
    let begun: number | undefined;
    try {
      session = await PostgresLogSession.open(this.#options.databaseUrl, () => this.#appended.notify());
      if (!(await this.#own(session))) return;
      begun = await this.#progress();
      this.#next = begun;
      await this.#deliver(session, begun);
    } catch (error) {
      if (begun === undefined || this.#next === begun) throw error;
      this.#options.onError(error);
    } finally {
      this.#next = undefined;
      await session?.close();
    }
  }

  /** Waits for the lock. @returns False if it was stopped first. */
  async #own(session: PostgresLogSession): Promise<boolean> {
    while (!(await session.tryToOwn())) {
      await this.#appended.wait(this.#options.pollMs);
      if (this.#loop.signal.aborted) return false;
    }
    return true;
  }

  async #deliver(session: PostgresLogSession, from: number): Promise<void> {
    const { batchSizeMax, handler, pollMs } = this.#options;
    for (let next = from; !this.#loop.signal.aborted; ) {
      const messages = await session.read(next, { countMax: batchSizeMax, bytesMax: BATCH_BYTES_MAX });
      const last = messages.at(-1);
      if (last === undefined) {
        await this.#appended.wait(pollMs);
        continue;
      }
      const whole = messages.filter(({ value }) => value !== null);
      next = last.offset + 1;
      await handler.apply({ partition: 0, messages: whole, nextOffset: next });
      this.#next = next;
    }
  }

  async #progress(): Promise<number> {
    return (await this.#options.handler.progress([0])).get(0) ?? FIRST_OFFSET;
  }
}
