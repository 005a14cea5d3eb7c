import type { EventLog } from '@kindred/shared/event-log/event-log';
import type { CatalogId, UserId } from '@kindred/shared/id';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';
import { firstPlaceHeaders } from './event-message.ts';
import { logUnavailable } from './log-unavailable.ts';

export interface DeadLetterQueueOptions {
  readonly eventLog: EventLog;
  readonly deadLetters: DeadLetters;
}

const RETRY_BATCH_MAX = 500;
/** No event is larger: a larger message stays a dead letter. */
const RETRY_BYTES_MAX = 512 * 1024;

/** Lists and retries the messages that could not be read as events. */
export class DeadLetterQueue {
  readonly #eventLog: EventLog;
  readonly #deadLetters: DeadLetters;

  constructor({ eventLog, deadLetters }: DeadLetterQueueOptions) {
    this.#eventLog = eventLog;
    this.#deadLetters = deadLetters;
  }

  /** @throws {Problem} `unavailable` */
  list(): Promise<readonly DeadLetter[]> {
    return this.#deadLetters.list(this.#eventLog.name).catch(logUnavailable);
  }

  /**
   * Appends the messages of all dead letters to the log again, at least once.
   * @returns How many.
   * @throws {Problem} `unavailable`
   */
  async retry(requestId: string): Promise<number> {
    const letters = (await this.list()).filter(({ value }) => value.length <= RETRY_BYTES_MAX);
    for (let start = 0; start < letters.length; start += RETRY_BATCH_MAX) {
      const batch = letters.slice(start, start + RETRY_BATCH_MAX);
      const messages = batch.map((letter) => ({
        catalog: letter.catalog as CatalogId,
        user: letter.user as UserId,
        value: letter.value,
        headers: { 'request-id': requestId, ...firstPlaceHeaders(letter) },
      }));
      // Marked after the append: a crash in between retries them twice, which event ids make harmless.
      await this.#eventLog.append(messages).catch(logUnavailable);
      await this.#deadLetters.markRetried(this.#eventLog.name, batch).catch(logUnavailable);
    }
    return letters.length;
  }
}
