import { AppendQueue } from '@kindred/shared/event-log/append-queue';
import type { Message, Position } from '@kindred/shared/event-log/event-log';
import { KafkaAppender } from '@kindred/shared/event-log/kafka/kafka-appender';
import type { KafkaClientOptions } from '@kindred/shared/event-log/kafka/kafka-client';
import { toMessage } from '@kindred/shared/event-log/kafka/kafka-message';
import { type KafkaRecord, recordBytes } from '@kindred/shared/event-log/kafka/kafka-record';
import { readTopic } from '@kindred/shared/event-log/kafka/kafka-topic-reader';
import { type DeadLetter, type DeadLetters, REASON_MAX } from '../events/dead-letters.ts';
import { firstPlaceHeaders, firstPlaceOf, foreignHeaders } from '../events/first-place.ts';

export interface KafkaDeadLettersOptions extends KafkaClientOptions {
  /** Must exist, with one partition and the settings of `deadLetterTopicSettings`. */
  readonly topic: string;
  /** Pause between the records that end the topic's newest segment. */
  readonly rollMs?: number;
}

const WRITE_LIMITS = { messagesMax: 500, bytesMax: 900_000, waitingBytesMax: 64 * 1024 * 1024 };
const ROLL_MS = 300_000;
const ROLL_KEY = 'roll';
const REASON_HEADER = 'kindred-reason';
const CATALOG_HEADER = 'kindred-catalog';
const USER_HEADER = 'kindred-user';

/**
 * Dead letters in a compacted topic of their own. A letter is the message, keyed by its log and first place, with reason
 * and names in its headers; a record without a value removes it.
 *
 * Removed and replaced bytes leave the brokers' disks within 15 minutes: brokers compact every segment but the newest, so
 * each process appends a record at its start and every 5 minutes, which ends the newest one; compaction follows within 5
 * minutes, and the deletion of the old file after one more. This needs no memory of what was removed: a process that
 * dies after a removal leaves the rest to any other, or to its next start.
 */
export class KafkaDeadLetters implements DeadLetters {
  readonly #options: KafkaDeadLettersOptions;
  readonly #appender: KafkaAppender;
  readonly #queue: AppendQueue<KafkaRecord>;
  readonly #rolling: NodeJS.Timeout;

  private constructor(options: KafkaDeadLettersOptions) {
    this.#options = options;
    this.#appender = new KafkaAppender({ ...options, isIdempotent: false });
    this.#queue = new AppendQueue({
      ...WRITE_LIMITS,
      bytesOf: recordBytes,
      write: (records) => this.#appender.write(records),
    });
    this.#rolling = setInterval(() => void this.#roll(), options.rollMs ?? ROLL_MS);
  }

  /** Does not wait for the brokers. */
  static start(options: KafkaDeadLettersOptions): KafkaDeadLetters {
    const letters = new KafkaDeadLetters(options);
    void letters.#roll();
    return letters;
  }

  async send(log: string, letters: readonly DeadLetter[]): Promise<void> {
    await this.#queue.append(letters.map((letter) => recordOf(log, letter)));
  }

  async list(log: string): Promise<readonly DeadLetter[]> {
    const letters = new Map<string, DeadLetter>();
    const prefix = keyOf(log, '');
    await readTopic(this.#options, (record, partition) => {
      const key = record.key?.toString() ?? '';
      if (!key.startsWith(prefix)) return;
      const letter = record.value === null ? undefined : letterOf(toMessage(partition, record), record.value);
      if (letter === undefined) letters.delete(key);
      else letters.set(key, letter);
    });
    return [...letters.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  async remove(log: string, places: readonly Position[]): Promise<void> {
    await this.#queue.append(places.map((place) => ({ key: placeKey(log, place), value: null, headers: {} })));
  }

  async erase(log: string, catalog: string, user: string): Promise<void> {
    const letters = await this.list(log);
    await this.remove(
      log,
      letters.filter((letter) => letter.catalog === catalog && letter.user === user),
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#rolling);
    await this.#queue.close();
    await this.#appender.close();
  }

  async #roll(): Promise<void> {
    try {
      await this.#queue.append([{ key: ROLL_KEY, value: null, headers: {} }]);
    } catch (error) {
      this.#options.log?.warn({ err: error }, 'removed dead letters stay on disk for now');
    }
  }
}

function keyOf(log: string, place: string): string {
  return `${encodeURIComponent(log)}/${place}`;
}

function placeKey(log: string, { partition, offset }: Position): string {
  return keyOf(log, `${partition}/${offset}`);
}

function recordOf(log: string, letter: DeadLetter): KafkaRecord {
  return {
    key: placeKey(log, letter),
    value: letter.value,
    headers: {
      ...foreignHeaders(letter.headers),
      ...firstPlaceHeaders(letter),
      [REASON_HEADER]: letter.reason.slice(0, REASON_MAX),
      [CATALOG_HEADER]: letter.catalog,
      [USER_HEADER]: letter.user,
    },
  };
}

/** @returns `undefined` for a record that is not one of ours. */
function letterOf({ headers }: Message, value: Buffer): DeadLetter | undefined {
  const first = firstPlaceOf(headers);
  if (first === undefined) return undefined;
  return {
    ...first,
    reason: headers[REASON_HEADER] ?? '',
    value,
    headers: foreignHeaders(headers),
    catalog: headers[CATALOG_HEADER] ?? '',
    user: headers[USER_HEADER] ?? '',
  };
}
