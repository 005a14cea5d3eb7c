import type { Consumer, EventLog, MessageBatch } from '@kindred/shared/event-log/event-log';
import type { Log } from '@kindred/shared/platform/log';
import { Counter, type Registry } from '@kindred/shared/platform/metrics';
import type { KnownCatalogs } from '../known-catalogs.ts';
import { createApplyQueue } from './apply-queue.ts';
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
  /** Told after each batch, so that waiting reads need not poll. */
  readonly onApplied: () => void;
}

const BATCH_SIZE_MAX = 1_000;
const TRANSACTION_EVENTS_MAX = 2_000;
const REQUEST_IDS_MAX = 20;

/** Applies the log's events to the store: at least once from the log, exactly once in effect, by unique event ids. */
export async function startEventConsumer(options: EventConsumerOptions): Promise<Consumer> {
  const { eventLog, catalogs, events, deadLetters, log, registry, onApplied } = options;
  const outcomes = new Counter({
    name: 'kindred_events_consumed_total',
    help: 'Messages of the event log by what became of them',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });

  const queue = createApplyQueue({
    apply: (readable, progress) => events.apply(eventLog.name, readable, progress),
    eventsMax: TRANSACTION_EVENTS_MAX,
  });
  const apply = async ({ partition, messages, nextOffset }: MessageBatch): Promise<void> => {
    const read = messages.map((message) => ({ message, ...readEvent(message) }));
    await catalogs.learn(read.flatMap((entry) => ('event' in entry ? [entry.event.catalog] : [])));
    const letters: DeadLetter[] = [];
    const readable: ReadableEvent[] = [];
    for (const entry of read) {
      if ('letter' in entry) letters.push(entry.letter);
      else if (catalogs.has(entry.event.catalog)) readable.push(entry.event);
      else letters.push(deadLetter(entry.message, 'catalog: there is no such catalog', entry.event));
    }
    // A letter is sent before progress is stored: a crash between sends it again, and its position says it is the same.
    await deadLetters.send(eventLog.name, letters);
    for (const outcome of await queue.apply({ partition, events: readable, nextOffset })) outcomes.inc({ outcome });
    outcomes.inc({ outcome: 'dead-letter' }, letters.length);
    for (const { reason, value: _, ...letter } of letters)
      log.info({ ...letter, reason }, 'a message is a dead letter');
    const requestIds = [...new Set(messages.map(({ headers }) => headers['request-id']))].slice(0, REQUEST_IDS_MAX);
    log.debug({ partition, nextOffset, messages: messages.length, requestIds }, 'messages were applied');
    onApplied();
  };

  return eventLog.consume(
    { progress: (partitions) => events.progress(eventLog.name, partitions), apply },
    { batchSizeMax: BATCH_SIZE_MAX, onError: (error) => log.warn({ err: error }, 'event consumer paused') },
  );
}
