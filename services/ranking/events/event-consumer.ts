import {
  type Consumer,
  type EventLog,
  type Message,
  type MessageBatch,
  REQUEST_ID_HEADER,
} from '@kindred/shared/event-log/event-log';
import type { Log } from '@kindred/shared/platform/log';
import { Counter, type Registry } from '@kindred/shared/platform/metrics';
import type { KnownCatalogs } from '../known-catalogs.ts';
import { ApplyQueue } from './apply-queue.ts';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';
import { deadLetter, readEvent } from './event-message.ts';
import type { EventStore, ReadableEvent } from './event-store.ts';

export interface EventConsumerOptions {
  readonly eventLog: EventLog;
  readonly catalogs: KnownCatalogs;
  readonly events: EventStore;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  readonly registry: Registry;
  /** Called after each batch, so that waiting reads need not poll. */
  readonly onApplied: () => void;
}

/** Messages of one batch by what they can be read as. */
interface ReadMessages {
  readonly events: readonly ReadableEvent[];
  readonly letters: readonly DeadLetter[];
}

const BATCH_SIZE_MAX = 1_000;
const TRANSACTION_EVENTS_MAX = 2_000;
const REQUEST_IDS_MAX = 20;

/** Applies the log's events to the store: at least once from the log, exactly once in effect, by unique event ids. */
export class EventConsumer {
  readonly #options: EventConsumerOptions;
  readonly #queue: ApplyQueue;
  readonly #outcomes: Counter<'outcome'>;
  #consumer: Consumer | undefined;

  private constructor(options: EventConsumerOptions) {
    const { events, eventLog, registry } = options;
    this.#options = options;
    this.#queue = new ApplyQueue({ store: events, log: eventLog.name, eventsMax: TRANSACTION_EVENTS_MAX });
    this.#outcomes = new Counter({
      name: 'kindred_events_consumed_total',
      help: 'Messages of the event log by outcome',
      labelNames: ['outcome'] as const,
      registers: [registry],
    });
  }

  /** Starts to consume; does not wait for the log or the store. */
  static async start(options: EventConsumerOptions): Promise<EventConsumer> {
    const consumer = new EventConsumer(options);
    await consumer.#begin();
    return consumer;
  }

  /** False once it was stopped, or has ended by a failure that only a restart of the process cures. */
  get isRunning(): boolean {
    return this.#consumer?.isRunning === true;
  }

  /** Messages that wait to be applied by this process. @throws if the log cannot be asked. */
  async lag(): Promise<number> {
    return (await this.#consumer?.lag()) ?? 0;
  }

  /** Finishes the batch at hand. */
  async stop(): Promise<void> {
    await this.#consumer?.stop();
  }

  async #begin(): Promise<void> {
    const { eventLog, events, log } = this.#options;
    this.#consumer = await eventLog.consume(
      {
        progress: (partitions) => events.progress(eventLog.name, partitions),
        apply: (batch) => this.#apply(batch),
      },
      { batchSizeMax: BATCH_SIZE_MAX, onError: (error) => log.warn({ err: error }, 'event consumer paused') },
    );
  }

  async #apply({ partition, messages, nextOffset }: MessageBatch): Promise<void> {
    const { events, letters } = await this.#read(messages);
    // Before progress is stored: a crash in between sends the letters again, which replaces them.
    await this.#keep(letters);
    const outcomes = await this.#queue.apply({ partition, events, nextOffset });
    for (const outcome of outcomes) this.#outcomes.inc({ outcome });
    this.#outcomes.inc({ outcome: 'dead-letter' }, letters.length);
    await this.#settleRetried(events);
    this.#report({ partition, messages, nextOffset });
    this.#options.onApplied();
  }

  async #read(messages: readonly Message[]): Promise<ReadMessages> {
    const { catalogs } = this.#options;
    const read = messages.map((message) => ({ message, ...readEvent(message) }));
    await catalogs.learn(read.flatMap((entry) => ('event' in entry ? [entry.event.catalog] : [])));
    const events: ReadableEvent[] = [];
    const letters: DeadLetter[] = [];
    for (const entry of read) {
      if ('letter' in entry) letters.push(entry.letter);
      else if (catalogs.has(entry.event.catalog)) events.push(entry.event);
      else letters.push(deadLetter(entry.message, 'catalog: there is no such catalog'));
    }
    return { events, letters };
  }

  /** Sends letters to the dead-letter queue, except those of erased users. */
  async #keep(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const { deadLetters, events, eventLog, log } = this.#options;
    await deadLetters.send(eventLog.name, letters);
    // Asked after the send: an erasure that is stored later finds the letters by itself.
    const areErased = await events.areErased(eventLog.name, letters);
    const erased = letters.filter((_, index) => areErased[index]);
    if (erased.length > 0) await deadLetters.remove(eventLog.name, erased);
    for (const { partition, offset, catalog, reason } of letters) {
      log.info({ partition, offset, catalog, reason }, 'a message is a dead letter');
    }
  }

  /**
   * Removes the letters of retried messages that were read this time. Until then a letter stays in the queue, and one
   * that still cannot be read replaces itself: whichever comes first, none is lost.
   */
  async #settleRetried(events: readonly ReadableEvent[]): Promise<void> {
    const { deadLetters, eventLog } = this.#options;
    const places = events.flatMap(({ first }) => (first === undefined ? [] : [first]));
    if (places.length > 0) await deadLetters.remove(eventLog.name, places);
  }

  #report({ partition, messages, nextOffset }: MessageBatch): void {
    const requestIds = [...new Set(messages.map(({ headers }) => headers[REQUEST_ID_HEADER]))].slice(
      0,
      REQUEST_IDS_MAX,
    );
    this.#options.log.debug({ partition, nextOffset, messages: messages.length, requestIds }, 'messages were applied');
  }
}
