import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventLogContract } from '../event-log.contract.ts';
import { messageOf, RecordingHandler, until, userOf } from '../event-log.fixture.ts';
import type { EventLog } from '../event-log.ts';
import { KafkaEventLog } from './kafka-event-log.ts';
import { KafkaUnderTest, PARTITIONS } from './kafka-topic.fixture.ts';

const availability = await testBrokerAvailability();
const isAway = availability.way === 'none';
const why = isAway ? ` (skipped: ${availability.reason})` : '';

let under: KafkaUnderTest;
beforeAll(async () => {
  if (!isAway) under = await KafkaUnderTest.connect(await startTestBroker(availability));
});
afterAll(() => under?.stop());

describe.skipIf(isAway)(`the Kafka event log${why}`, () => {
  eventLogContract({
    deletes: false,
    start: async () => async () => {
      const { open, produce, dispose } = await under.freshTopic();
      return { open, appendForeign: (value) => produce({ value }), dispose };
    },
    stop: async () => {},
  });
});

describe.skipIf(isAway)(`over Kafka's own ways, the Kafka event log${why}`, () => {
  const options = { batchSizeMax: 50, onError: () => {} };

  test('delivers headers as text, a missing value as null, and the time at which the broker took a message', () =>
    under.withTopic({}, async ({ open, produce }) => {
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
    under.withTopic({}, async ({ open }) => {
      const log = open();
      const users = Array.from({ length: 20 }, (_, index) => userOf(index));
      const first = await log.append(users.map((user) => messageOf('first', user)));
      const second = await open().append(users.map((user) => messageOf('second', user)));
      expect(second.map(({ partition }) => partition)).toEqual(first.map(({ partition }) => partition));
      expect(new Set(first.map(({ partition }) => partition)).size).toBe(PARTITIONS);
    }));

  test('passes over transactions that were aborted and the records that end them', () =>
    under.withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const producer = under.kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
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
    under.withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const log = open();
      await log.append(Array.from({ length: 10 }, (_, index) => messageOf(`message ${index}`)));
      const handler = new RecordingHandler();
      handler.stored.set(0, 2);
      await under.admin.fetchTopicMetadata({ topics: [topic] });
      await under.admin.fetchTopicOffsets(topic);
      await under.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] });
      const errors: string[] = [];
      await log.consume(handler, { batchSizeMax: 50, onError: (error) => errors.push(String(error)) });
      await until(() => handler.applied.length === 3);
      expect(handler.texts()).toEqual(['message 7', 'message 8', 'message 9']);
      expect(errors).toEqual(['Error: messages 2 to 6 of partition 0 expired before they were read']);
    }));

  test('goes on with what is left when messages expire while it reads', () =>
    under.withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const log = open();
      const value = randomBytes(200_000);
      await log.append(Array.from({ length: 20 }, (_, index) => ({ ...messageOf(`${index}`), value })));
      const handler = new RecordingHandler();
      let isHeld = true;
      handler.beforeApply = () => until(() => !isHeld);
      await log.consume(handler, { batchSizeMax: 1, onError: () => {} });
      await sleep(1_500);
      await under.admin.fetchTopicOffsets(topic);
      await under.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] });
      isHeld = false;
      await until(() => handler.applied.at(-1)?.offset === 19);
      expect(handler.applied.slice(-5).map(({ offset }) => offset)).toEqual([15, 16, 17, 18, 19]);
      expect(handler.applied.length).toBeLessThan(20);
    }));

  test('reads partitions that were added', () =>
    under.withTopic({ partitions: 1 }, async ({ open, topic }) => {
      const log = open();
      await log.ends();
      await under.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      const handler = new RecordingHandler();
      await log.consume(handler, options);
      const positions = await open().append(Array.from({ length: 30 }, (_, index) => messageOf(`message ${index}`)));
      expect(new Set(positions.map(({ partition }) => partition)).size).toBe(3);
      await until(() => handler.applied.length === 30);
    }));

  test('reads nothing, and says so, where stored progress lies past the end', () =>
    under.withTopic({ partitions: 1 }, async ({ open }) => {
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
    under.withTopic({ partitions: 4 }, async ({ open }) => {
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
    under.withTopic({ partitions: 1, stuckMs: 5_000 }, async ({ open }) => {
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
    under.withTopic({}, async ({ open }) => {
      const value = randomBytes(1_000_000);
      await expect(open().append([{ ...messageOf('large'), value }])).rejects.toThrow(RangeError);
    }));

  test('throws within seconds where the topic does not exist', async () => {
    const log = new KafkaEventLog({
      brokers: under.broker.brokers,
      topic: 'test.missing',
      groupId: 'none',
      clientId: 'test',
    });
    const begunMs = Date.now();
    await expect(log.append([messageOf('one')])).rejects.toThrow('Kafka did not take the messages');
    expect(Date.now() - begunMs).toBeLessThan(7_000);
    await log.close();
  });
});
