import { type EventLog, type NewMessage, REQUEST_ID_HEADER } from '@kindred/shared/event-log/event-log';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';
import { EVENT_BYTES_MAX } from './event-message.ts';
import { firstPlaceHeaders } from './first-place.ts';
import { logUnavailable } from './log-unavailable.ts';

export interface DeadLetterQueueOptions {
  readonly eventLog: EventLog;
  readonly deadLetters: DeadLetters;
}

const RETRY_BATCH_MAX = 500;

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
   * Appends the messages of all dead letters to the log again, at least once. A letter leaves the queue once its message
   * has been read from there. Letters longer than any event are left out.
   * @returns The number of messages appended.
   * @throws {Problem} `unavailable`
   */
  async retry(requestId: string): Promise<number> {
    const letters = (await this.list()).filter(({ value }) => value.length <= EVENT_BYTES_MAX);
    for (let start = 0; start < letters.length; start += RETRY_BATCH_MAX) {
      const batch = letters.slice(start, start + RETRY_BATCH_MAX);
      await this.#eventLog.append(batch.map((letter) => retriedMessage(letter, requestId))).catch(logUnavailable);
    }
    return letters.length;
  }
}

/** The message as it first came, with the headers that say what it is and where it stood. */
function retriedMessage(letter: DeadLetter, requestId: string): NewMessage {
  const { catalog, user, value, headers } = letter;
  return {
    catalog,
    user,
    value,
    headers: { ...headers, [REQUEST_ID_HEADER]: requestId, ...firstPlaceHeaders(letter) },
  };
}
