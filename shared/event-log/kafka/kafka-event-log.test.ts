import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestBroker, type TestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { createTopics } from '@kindred/infra/kafka/topics';
import { type Admin, Kafka, type Message as KafkajsMessage, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventLogContract, messageOf, RecordingHandler, until, userOf } from '../event-log.contract.ts';
import type { EventLog, Position } from '../event-log.ts';
import { kafkaEventLog } from './kafka-event-log.ts';

const availability = await testBrokerAvailability();
const isAway = availability.way === 'none';
const why = isAway ? ` (skipped: ${availability.reason})` : '';
const PARTITIONS = 3;

let broker: TestBroker;
let kafka: Kafka;
let admin: Admin;

beforeAll(async () => {
  if (isAway) return;
  broker = await startTestBroker(availability);
  kafka = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
});
afterAll(async () => {
  await admin?.disconnect();
  await broker?.stop();
});

/** A topic of its own, with as many logs on it as are opened. */
async function freshTopic({ partitions = PARTITIONS, stuckMs = 30_000 } = {}) {
  const topic = `test.${randomBytes(6).toString('hex')}`;
  const topics = { events: topic, deadLetters: `${topic}.dead-letters` };
  await createTopics({ brokers: broker.brokers }, topics, { partitions, retentionMs: 3_600_000 });
  const opened: EventLog[] = [];
  return {
    topic,
    open: (): EventLog => {
      const { brokers } = broker;
      const log = kafkaEventLog({ brokers, topic, groupId: `${topic}.group`, clientId: 'test', stuckMs });
      opened.push(log);
      return log;
    },
    produce: async (message: KafkajsMessage): Promise<void> => {
      const producer = kafka.producer({ createPartitioner: () => () => 0 });
      await producer.connect();
      await producer.send({ topic, messages: [message] });
      await producer.disconnect();
    },
    dispose: async (): Promise<void> => {
      await Promise.all(opened.map((log) => log.close()));
      if (broker.own === undefined) await admin.deleteTopics({ topics: [topic, `${topic}.dead-letters`] });
    },
  };
}

type FreshTopic = Awaited<ReturnType<typeof freshTopic>>;

async function withTopic(
  options: Parameters<typeof freshTopic>[0],
  work: (topic: FreshTopic) => Promise<void>,
): Promise<void> {
  const topic = await freshTopic(options);
  try {
    await work(topic);
  } finally {
    await topic.dispose();
  }
}

describe.skipIf(isAway)(`the Kafka event log${why}`, () => {
  eventLogContract({
    deletes: false,
    start: async () => async () => {
      const { open, produce, dispose } = await freshTopic();
      return { open, appendForeign: (value) => produce({ value }), dispose };
    },
    stop: async () => {},
  });
});

describe.skipIf(isAway)(`over Kafka's own ways, the Kafka event log${why}`, () => {
  const options = { batchSizeMax: 50, onError: () => {} };

  test('delivers headers as text, a missing value as null, and the time at which the broker took a message', () =>
    withTopic({}, async ({ open, produce }) => {
      const log = open();
      await log.append([{ ...messageOf('ours'), headers: { 'request-id': 'grün' } }]);
      await produce({ value: null, headers: { twice: ['first', 'second'] }, timestamp: '1000' });
      const handler = new RecordingHandler();
      await log.consume(handler, options);
      await until(() => handler.applied.length === 2);
      const ours = handler.applied.find((message) => message.value !== null);
      const foreign = handler.applied.find((message) => message.value === null);
      expect(ours?.headers).toEqual({ 'request-id': 'grün' });
      expect(foreign?.headers).toEqual({ twice: 'second' });
      expect(Math.abs((foreign?.appendedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    }));

  test('keeps a user in one partition, the one that other Kafka clients would choose', () =>
    withTopic({}, async ({ open }) => {
      const log = open();
      const users = Array.from({ length: 20 }, (_, index) => userOf(index));
      const first = await log.append(users.map((user) => messageOf('first', user)));
      const second = await open().append(users.map((user) => messageOf('second', user)));
      expect(second.map(({ partition }) => partition)).toEqual(first.map(({ partition }) => partition));
      expect(new Set(first.map(({ partition }) => partition)).size).toBe(PARTITIONS);
    }));

  test('passes over transactions that were aborted and the records that end them', () =>
    withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      for (const [value, isKept] of [
        ['kept', true],
        ['aborted', false],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: [{ value }] });
        await (isKept ? transaction.commit() : transaction.abort());
      }
      await producer.disconnect();
      const handler = new RecordingHandler();
      const consumer = await open().consume(handler, options);
      await until(async () => (await consumer.lag()) === 0);
      expect(handler.texts()).toEqual(['kept']);
      await consumer.stop();
      const again = await open().consume(handler, options);
      await until(async () => (await again.lag()) === 0);
      expect(handler.texts()).toEqual(['kept']);
    }));

  test('reports messages that expired before they were read, and reads those that are left', () =>
    withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const log = open();
      await log.append(Array.from({ length: 10 }, (_, index) => messageOf(`message ${index}`)));
      const handler = new RecordingHandler();
      handler.stored.set(0, 2);
      await admin.fetchTopicMetadata({ topics: [topic] });
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] });
      const errors: string[] = [];
      await log.consume(handler, { batchSizeMax: 50, onError: (error) => errors.push(String(error)) });
      await until(() => handler.applied.length === 3);
      expect(handler.texts()).toEqual(['message 7', 'message 8', 'message 9']);
      expect(errors).toEqual(['Error: messages 2 to 6 of partition 0 expired before they were read']);
    }));

  test('goes on with what is left when messages expire while it reads', () =>
    withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const log = open();
      const value = randomBytes(200_000);
      await log.append(Array.from({ length: 20 }, (_, index) => ({ ...messageOf(`${index}`), value })));
      const handler = new RecordingHandler();
      let isHeld = true;
      handler.beforeApply = () => until(() => !isHeld);
      await log.consume(handler, { batchSizeMax: 1, onError: () => {} });
      await sleep(1_500);
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] });
      isHeld = false;
      await until(() => handler.applied.at(-1)?.offset === 19);
      expect(handler.applied.slice(-5).map(({ offset }) => offset)).toEqual([15, 16, 17, 18, 19]);
      expect(handler.applied.length).toBeLessThan(20);
    }));

  test('reads partitions that were added', () =>
    withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const log = open();
      await log.ends();
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      const handler = new RecordingHandler();
      await log.consume(handler, options);
      const positions = await open().append(Array.from({ length: 30 }, (_, index) => messageOf(`message ${index}`)));
      expect(new Set(positions.map(({ partition }) => partition)).size).toBe(3);
      await until(() => handler.applied.length === 30);
    }));

  test('reads nothing, and says so, where stored progress lies past the end', () =>
    withTopic({ partitions: 1 }, async ({ open }) => {
      const log = open();
      await log.append([messageOf('one')]);
      const handler = new RecordingHandler();
      handler.stored.set(0, 100);
      const errors: string[] = [];
      await log.consume(handler, { batchSizeMax: 50, onError: (error) => errors.push(String(error)) });
      await until(() => errors.length > 0);
      expect(errors[0]).toContain('progress 100 of partition 0 lies past');
      handler.stored.clear();
      await until(() => handler.applied.length === 1);
    }));

  test('shares the partitions between two consumers, and gives them to the one that stays', () =>
    withTopic({ partitions: 4 }, async ({ open }) => {
      const log = open();
      // One store, as two processes would share a database.
      const handlers = [new RecordingHandler(), new RecordingHandler()] as const;
      const stored = handlers[0].stored;
      const [first, second] = handlers.map((handler) => ({
        progress: async () => new Map(stored),
        apply: async (batch: Parameters<RecordingHandler['apply']>[0]) => {
          for (const [partition, offset] of stored) handler.stored.set(partition, offset);
          await handler.apply(batch);
          stored.set(batch.partition, Math.max(stored.get(batch.partition) ?? 0, batch.nextOffset));
        },
      }));
      const texts = Array.from({ length: 3_000 }, (_, index) => `message ${index}`);
      const firstConsumer = await log.consume(first!, options);
      let secondConsumer: Awaited<ReturnType<EventLog['consume']>> | undefined;
      for (let start = 0; start < texts.length; start += 100) {
        await log.append(texts.slice(start, start + 100).map((text) => messageOf(text)));
        await sleep(100);
        if (start === 500) {
          await until(() => handlers[0].applied.length > 100);
          secondConsumer = await open().consume(second!, options);
        }
        if (start === 2_000) await firstConsumer.stop();
      }
      const all = (): string[] => handlers.flatMap((handler) => handler.texts());
      await until(() => all().length >= texts.length);
      expect(all().sort()).toEqual([...texts].sort());
      for (const handler of handlers) expect(handler.applied.length).toBeGreaterThan(100);
      expect(await secondConsumer?.lag()).toBe(0);
    }));

  test('starts its consumer again when it has fallen silent', () =>
    withTopic({ partitions: 1, stuckMs: 5_000 }, async ({ open }) => {
      const log = open();
      const errors: string[] = [];
      const handler = new RecordingHandler();
      let progressesHeld = 1;
      const silent = {
        apply: (batch: Parameters<RecordingHandler['apply']>[0]) => handler.apply(batch),
        // The first answer never comes, so the first session never reads.
        progress: (partitions: readonly number[]) =>
          progressesHeld-- > 0 ? new Promise<never>(() => {}) : handler.progress(partitions),
      };
      await log.append([messageOf('one')]);
      await log.consume(silent, { batchSizeMax: 50, onError: (error) => errors.push(String(error)) });
      await until(() => handler.applied.length === 1);
      expect(errors).toEqual([expect.stringContaining('1 messages wait and none was read')]);
    }));

  test('refuses a message that no broker would take', () =>
    withTopic({}, async ({ open }) => {
      const value = randomBytes(1_000_000);
      await expect(open().append([{ ...messageOf('large'), value }])).rejects.toThrow(RangeError);
    }));

  test('throws within seconds where the topic does not exist', async () => {
    const log = kafkaEventLog({ brokers: broker.brokers, topic: 'test.missing', groupId: 'none', clientId: 'test' });
    const begunMs = Date.now();
    await expect(log.append([messageOf('one')])).rejects.toThrow('Kafka did not take the messages');
    expect(Date.now() - begunMs).toBeLessThan(7_000);
    await log.close();
  });
});

describe.skipIf(availability.way === 'none' || availability.way === 'given')(
  `with a broker that is killed, the Kafka event log${why}`,
  () => {
    const patient = { timeout: 180_000 };

    test('loses nothing that it acknowledged', patient, () =>
      withTopic({}, async ({ open }) => {
        const log = open();
        const handler = new RecordingHandler();
        await log.consume(handler, { batchSizeMax: 200, onError: () => {} });
        /** The text at each place that an append answered. */
        const acknowledged = new Map<string, string>();
        let isOver = false;
        let sent = 0;
        const writer = async (): Promise<void> => {
          while (!isOver) {
            const texts = Array.from({ length: 10 }, () => `message ${sent++}`);
            const positions = await log.append(texts.map((text) => messageOf(text))).catch(() => []);
            for (const [index, position] of positions.entries())
              acknowledged.set(placeOf(position), texts[index] ?? '');
            await sleep(5);
          }
        };
        const writing = Promise.all([writer(), writer(), writer()]);
        await until(() => acknowledged.size > 1_500);
        await broker.own?.kill();
        await broker.own?.restart();
        const atRestart = acknowledged.size;
        await until(() => acknowledged.size > atRestart + 1_500);
        isOver = true;
        await writing;
        const applied = (): ReadonlyMap<string, string | undefined> =>
          new Map(handler.applied.map((message) => [placeOf(message), message.value?.toString()]));
        await until(() => {
          const now = applied();
          return [...acknowledged.keys()].every((place) => now.has(place));
        });
        const last = applied();
        for (const [place, text] of acknowledged) expect(last.get(place)).toBe(text);
        expect(last.size).toBe(handler.applied.length);
      }),
    );

    test(
      'refuses appends within seconds while it is away, stops in time, and serves again when it is back',
      patient,
      () =>
        withTopic({}, async ({ open }) => {
          const log = open();
          const handler = new RecordingHandler();
          const consumer = await log.consume(handler, { batchSizeMax: 200, onError: () => {} });
          await log.append([messageOf('before')]);
          await until(() => handler.applied.length === 1);
          await broker.own?.kill();
          const begunMs = Date.now();
          await expect(log.append([messageOf('lost')])).rejects.toThrow('Kafka did not take the messages');
          expect(Date.now() - begunMs).toBeLessThan(7_000);
          await expect(consumer.lag()).rejects.toThrow();
          const stoppedMs = Date.now();
          await consumer.stop();
          expect(Date.now() - stoppedMs).toBeLessThan(10_000);
          const whileAway = await open().consume(handler, { batchSizeMax: 200, onError: () => {} });
          await broker.own?.restart();
          await log.append([messageOf('after')]);
          await until(() => handler.texts().includes('after'));
          await whileAway.stop();
        }),
    );
  },
);

function placeOf({ partition, offset }: Position): string {
  return `${partition}/${offset}`;
}
