import { Signal } from '../../platform/signal.ts';
import { createBackoff } from '../backoff.ts';
import type { ConsumeOptions, Consumer, MessageHandler } from '../event-log.ts';
import { openPostgresLogSession, type PostgresLogSession } from './postgres-log-session.ts';

export interface PostgresConsumerOptions extends ConsumeOptions {
  readonly databaseUrl: string;
  readonly handler: MessageHandler;
  readonly pollMs: number;
  /** @returns One past the log's last message. */
  readonly end: () => Promise<number>;
}

/** A consumer that can also be told of an append in its own process, sooner than the database tells it. */
export interface PostgresConsumer extends Consumer {
  wake(): void;
}

export const FIRST_OFFSET = 1;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Reads the table in a loop of its own. Any failure, of the handler too, ends the session: after a pause a new one takes
 * the lock, asks for progress and goes on from there.
 */
export function startPostgresConsumer(options: PostgresConsumerOptions): PostgresConsumer {
  const { databaseUrl, handler, pollMs, end, batchSizeMax, onError } = options;
  const stopping = new AbortController();
  const signal = new Signal();
  const backoff = createBackoff({ firstMs: 100, maxMs: 1_000 });
  /** Known while we own the log. */
  let next: number | undefined;

  async function progress(): Promise<number> {
    return (await handler.progress([0])).get(0) ?? FIRST_OFFSET;
  }

  async function deliver(session: PostgresLogSession): Promise<void> {
    while (!(await session.tryToOwn())) {
      await signal.wait(pollMs);
      if (stopping.signal.aborted) return;
    }
    next = await progress();
    while (!stopping.signal.aborted) {
      const messages = await session.read(next, { countMax: batchSizeMax, bytesMax: BATCH_BYTES_MAX });
      const last = messages.at(-1);
      if (last === undefined) {
        await signal.wait(pollMs);
        continue;
      }
      const whole = messages.filter(({ value }) => value !== null);
      await handler.apply({ partition: 0, messages: whole, nextOffset: last.offset + 1 });
      next = last.offset + 1;
      backoff.reset();
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      let session: PostgresLogSession | undefined;
      try {
        session = await openPostgresLogSession(databaseUrl, () => signal.notify());
        await deliver(session);
      } catch (error) {
        onError(error);
        await backoff.wait(stopping.signal);
      } finally {
        next = undefined;
        await session?.close();
      }
    }
  }

  const over = run();
  return {
    wake: () => signal.notify(),
    lag: async () => Math.max(0, (await end()) - (next ?? (await progress()))),
    stop: async () => {
      stopping.abort();
      signal.notify();
      await over;
    },
  };
}
