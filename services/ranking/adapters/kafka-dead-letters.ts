import { createAppendQueue } from '@kindred/shared/event-log/append-queue';
import { kafkaAppender } from '@kindred/shared/event-log/kafka/kafka-appender';
import type { KafkaClientOptions } from '@kindred/shared/event-log/kafka/kafka-client';
import { readTopic } from '@kindred/shared/event-log/kafka/kafka-topic-reader';
import type { CatalogId, UserId } from '@kindred/shared/id';
import type { DeadLetter, DeadLetters } from '../events/dead-letters.ts';
import { firstPlaceHeaders, firstPlaceOf, readLetter } from '../events/event-message.ts';

export interface KafkaDeadLettersOptions extends KafkaClientOptions {
  /** Must exist, with one partition, so that what became of a letter is known by order. */
  readonly topic: string;
}

const WRITE_LIMITS = { messagesMax: 500, bytesMax: 900_000, waitingBytesMax: 64 * 1024 * 1024 };
const REASON_HEADER = 'kindred-reason';
const LOG_HEADER = 'kindred-log';
const RETRIED_HEADER = 'kindred-retried';
const REASON_MAX = 1_000;

/**
 * Dead letters in a topic of their own. A letter is the message as it was, with where it stood first and the reason in its
 * headers; sent twice, it is one letter. When it is retried, a mark without a value follows it.
 */
export function kafkaDeadLetters(options: KafkaDeadLettersOptions): DeadLetters & { close(): Promise<void> } {
  const appender = kafkaAppender(options);
  const queue = createAppendQueue({ ...WRITE_LIMITS, write: appender.write });

  const append = async (
    log: string,
    letters: readonly DeadLetter[],
    form: (letter: DeadLetter) => { readonly value: Buffer; readonly headers: Readonly<Record<string, string>> },
  ): Promise<void> => {
    if (letters.length === 0) return;
    await queue.append(
      letters.map((letter) => {
        const { value, headers } = form(letter);
        const own = { ...headers, ...firstPlaceHeaders(letter), [LOG_HEADER]: log };
        return { catalog: letter.catalog as CatalogId, user: letter.user as UserId, value, headers: own };
      }),
    );
  };

  return {
    send: (log, letters) =>
      append(log, letters, ({ value, reason, headers }) => ({
        value,
        headers: { ...headers, [REASON_HEADER]: reason.slice(0, REASON_MAX) },
      })),

    async list(log) {
      const letters = new Map<string, DeadLetter>();
      await readTopic(options, (message) => {
        const { headers } = message;
        const first = firstPlaceOf(headers);
        if (first === undefined || headers[LOG_HEADER] !== log) return;
        const key = `${first.partition}/${first.offset}`;
        if (headers[RETRIED_HEADER] === undefined) letters.set(key, readLetter(message, headers[REASON_HEADER] ?? ''));
        else letters.delete(key);
      });
      return [...letters.values()];
    },

    markRetried: (log, letters) =>
      append(log, letters, () => ({ value: Buffer.alloc(0), headers: { [RETRIED_HEADER]: 'true' } })),

    close: async () => {
      await queue.close();
      await appender.close();
    },
  };
}
