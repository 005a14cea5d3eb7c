import type { NewMessage } from '@kindred/shared/event-log/event-log';
import { until } from '@kindred/shared/event-log/event-log.fixture';
import { MemoryEventLog } from '@kindred/shared/event-log/memory/memory-event-log';
import type { CatalogId, UserId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { createRegistry } from '@kindred/shared/platform/metrics';
import { afterEach, expect, test } from 'vitest';
import { memoryCatalogSource } from '../adapters/memory-catalog-source.ts';
import { memoryDeadLetters } from '../adapters/memory-dead-letters.ts';
import { MemoryEventStore } from '../adapters/memory-event-store.ts';
import { KnownCatalogs } from '../known-catalogs.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DeadLetter } from './dead-letters.ts';
import { EventConsumer, type EventConsumerOptions } from './event-consumer.ts';
import { firstPlaceHeaders } from './first-place.ts';

const FILMS = 'films' as CatalogId;
const ANA = 'ana' as UserId;
const EVENT = { id: 'e1', catalog: 'films', user: 'ana', item: 'alien', type: 'save' };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A consumer over adapters in memory, not started yet. */
function consuming(options: Partial<EventConsumerOptions> = {}) {
  const eventLog = new MemoryEventLog();
  const events = new MemoryEventStore();
  const deadLetters = memoryDeadLetters();
  const registry = createRegistry();
  let applied = 0;
  const start = async (): Promise<EventConsumer> => {
    const consumer = await EventConsumer.start({
      eventLog,
      catalogs: new KnownCatalogs(memoryCatalogSource([FILMS])),
      events,
      deadLetters,
      log: createLog('test', 'silent'),
      registry,
      onApplied: () => void applied++,
      ...options,
    });
    stops.push(() => eventLog.close());
    return consumer;
  };
  return {
    eventLog,
    events,
    deadLetters,
    start,
    queue: new DeadLetterQueue({ eventLog, deadLetters }),
    appliedBatches: () => applied,
    outcomes: async () => (await registry.metrics()).match(/^kindred_events_consumed_total.*$/gm) ?? [],
    append: (...values: readonly (object | string)[]) => eventLog.append(values.map(messageOf)),
    caughtUp: async (consumer: EventConsumer) => until(async () => (await consumer.lag()) === 0),
    history: async (user = ANA) =>
      (await events.history(FILMS, user, { countMax: 10, hasSeen: true })).map(({ item }) => item).sort(),
    reasons: async () => (await deadLetters.list('memory')).map(({ offset, reason }) => `${offset} ${reason}`),
  };
}

function messageOf(value: object | string): NewMessage {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { catalog: 'films', user: 'ana', value: Buffer.from(text) };
}

test('applies events of catalogs that exist, and sends the other messages to the dead letters with their reasons', async () => {
  const { append, start, caughtUp, history, reasons, outcomes, appliedBatches } = consuming();
  await append(
    EVENT,
    'not json',
    { ...EVENT, id: 'e2', item: 'brazil' },
    { ...EVENT, type: 'stare' },
    { ...EVENT, id: 'e3', catalog: 'nowhere' },
    EVENT,
  );
  await caughtUp(await start());
  expect(await history()).toEqual(['alien', 'brazil']);
  expect(await reasons()).toEqual([
    '1 is not JSON in UTF-8',
    '3 type: must be one of impression, click, save, dwell, hide',
    '4 catalog: there is no such catalog',
  ]);
  expect(await outcomes()).toEqual([
    'kindred_events_consumed_total{outcome="applied"} 2',
    'kindred_events_consumed_total{outcome="duplicate"} 1',
    'kindred_events_consumed_total{outcome="dead-letter"} 3',
  ]);
  expect(appliedBatches()).toBe(1);
});

test('a letter is sent before progress is stored: a store that fails in between loses none', async () => {
  const under = consuming();
  let failures = 2;
  const apply: EventConsumerOptions['events']['apply'] = async (...batch) => {
    if (failures-- > 0) throw new Error('the database is unavailable');
    return under.events.apply(...batch);
  };
  const store = under.events;
  const events = {
    apply,
    progress: store.progress.bind(store),
    erase: store.erase.bind(store),
    areErased: store.areErased.bind(store),
  };
  const { append, start, caughtUp, reasons, history } = { ...under, start: consumingWith(under, events) };
  await append('{', EVENT);
  await caughtUp(await start());
  expect(failures).toBe(-1);
  expect(await reasons()).toEqual(['0 is not JSON in UTF-8']);
  expect(await history()).toEqual(['alien']);
});

/** Starts a consumer of the same log with another store. */
function consumingWith(
  { eventLog, deadLetters }: Pick<ReturnType<typeof consuming>, 'eventLog' | 'deadLetters'>,
  events: EventConsumerOptions['events'],
): () => Promise<EventConsumer> {
  return consuming({ eventLog, deadLetters, events }).start;
}

test('a retried letter leaves the queue once its message was read, and stays as long as it cannot be', async () => {
  const { append, start, caughtUp, reasons, history, queue, deadLetters } = consuming();
  await append({ ...EVENT, catalog: 'nowhere' }, '{');
  const consumer = await start();
  await caughtUp(consumer);
  // As if the catalog of one had been made meanwhile.
  const [lost, broken] = await deadLetters.list('memory');
  await deadLetters.send('memory', [{ ...lost!, value: messageOf(EVENT).value }]);
  expect(await queue.retry('request')).toBe(2);
  await caughtUp(consumer);
  expect(await reasons()).toEqual(['1 is not JSON in UTF-8']);
  expect(await deadLetters.list('memory')).toEqual([expect.objectContaining({ offset: broken!.offset })]);
  expect(await history()).toEqual(['alien']);
});

test('a CloudEvent of the binary form is retried with the headers that make it one', async () => {
  const { start, caughtUp, history, queue, eventLog, reasons } = consuming();
  const { id: _, ...bare } = EVENT;
  const headers = { ce_specversion: '1.0', ce_id: 'ce-1', ce_type: 'event', ce_source: 'shop', 'request-id': 'first' };
  await eventLog.append([{ ...messageOf({ ...bare, catalog: 'nowhere' }), headers }]);
  const consumer = await start();
  await caughtUp(consumer);
  expect(await reasons()).toEqual(['0 catalog: there is no such catalog']);
  const [letter] = await queue.list();
  expect(letter?.headers).toEqual(headers);
  await queue.retry('request');
  await caughtUp(consumer);
  // It is read as an event again: what is wrong is still the catalog, not a missing id.
  expect(await reasons()).toEqual(['0 catalog: there is no such catalog']);
  await eventLog.append([{ ...messageOf(bare), headers: { ...headers, ...firstPlaceHeaders(letter!) } }]);
  await caughtUp(consumer);
  expect(await reasons()).toEqual([]);
  expect(await history()).toEqual(['alien']);
});

test('keeps no letter of a user whose erasure came first, also if the letter is sent after it', async () => {
  const { append, start, caughtUp, events, reasons } = consuming();
  await append({ ...EVENT, type: 'stare' }, { ...EVENT, user: 'bo', type: 'stare' });
  await events.erase(FILMS, ANA, 'memory', new Map([[0, 2]]));
  await append({ ...EVENT, type: 'glance' });
  await caughtUp(await start());
  expect(await reasons()).toEqual([expect.stringMatching(/^1 type/), expect.stringMatching(/^2 type/)]);
});

test('a message that was retried before its user was erased is dropped after it', async () => {
  const { append, start, caughtUp, events, history, queue, deadLetters, reasons } = consuming();
  const later: DeadLetter = {
    partition: 0,
    offset: 0,
    appendedAtMs: 1,
    reason: 'why',
    value: messageOf(EVENT).value,
    headers: {},
    catalog: 'films',
    user: 'ana',
  };
  await append({ ...EVENT, id: 'other', user: 'bo' });
  await deadLetters.send('memory', [later]);
  await queue.retry('request');
  await events.erase(FILMS, ANA, 'memory', new Map([[0, 1]]));
  await caughtUp(await start());
  expect(await history()).toEqual([]);
  expect(await reasons()).toEqual([]);
});

test('runs until it is stopped', async () => {
  const { append, start, caughtUp, history } = consuming();
  const consumer = await start();
  expect(consumer.isRunning).toBe(true);
  await append(EVENT);
  await caughtUp(consumer);
  await consumer.stop();
  expect(consumer.isRunning).toBe(false);
  await append({ ...EVENT, id: 'e2', item: 'brazil' });
  expect(await consumer.lag()).toBe(1);
  expect(await history()).toEqual(['alien']);
});
