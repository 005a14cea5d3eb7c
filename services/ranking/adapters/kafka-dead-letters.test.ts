import { randomBytes } from 'node:crypto';
import { startTestBroker, type TestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { until } from '@kindred/shared/event-log/event-log.fixture';
import { deadLetterTopicSettings } from '@kindred/shared/event-log/kafka/dead-letter-topic';
import { kafkaClient } from '@kindred/shared/event-log/kafka/kafka-client';
import { readTopic } from '@kindred/shared/event-log/kafka/kafka-topic-reader';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadLettersContract } from '../events/dead-letters.contract.ts';
import { KafkaDeadLetters } from './kafka-dead-letters.ts';

const availability = await testBrokerAvailability();
const isAway = availability.way === 'none';
const why = isAway ? ` (skipped: ${availability.reason})` : '';
const RETENTION_MS = 3_600_000;
const LETTER = { partition: 0, appendedAtMs: 1_760_000_000_000, reason: 'why', headers: {}, catalog: 'main' };

let broker: TestBroker;
beforeAll(async () => {
  if (!isAway) broker = await startTestBroker(availability);
});
afterAll(() => broker?.stop());

/** @param settings  Settings of the topic that differ from those of production. */
async function createTopic(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const topic = `test.${randomBytes(6).toString('hex')}.dead-letters`;
  const all = { ...deadLetterTopicSettings(RETENTION_MS), ...settings };
  const configEntries = Object.entries(all).map(([name, value]) => ({ name, value }));
  const admin = kafkaClient({ brokers: broker.brokers, clientId: 'test' }, 10_000).kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: false });
  await until(() =>
    admin.fetchTopicOffsets(topic).then(
      () => true,
      () => false,
    ),
  );
  await admin.disconnect();
  return topic;
}

describe.skipIf(isAway)(`dead letters in Kafka${why}`, () => {
  let letters: KafkaDeadLetters;
  beforeAll(async () => {
    letters = KafkaDeadLetters.start({ brokers: broker.brokers, clientId: 'test', topic: await createTopic() });
  });
  afterAll(() => letters?.close());
  deadLettersContract(() => letters);
});

describe.skipIf(isAway).concurrent(`the topic of dead letters${why}`, () => {
  const stored = async (topic: string): Promise<string> => {
    const texts: string[] = [];
    await readTopic({ brokers: broker.brokers, clientId: 'test', topic }, ({ key, value, headers }) => {
      texts.push(`${key} ${value} ${JSON.stringify(headers)}`);
    });
    return texts.join('\n');
  };

  test('no longer holds what was erased, removed or replaced, once the brokers have compacted it', async () => {
    const topic = await createTopic({ 'segment.ms': '500', 'max.compaction.lag.ms': '500' });
    const options = { brokers: broker.brokers, clientId: 'test', topic };
    const letters = KafkaDeadLetters.start({ ...options, rollMs: 1_000 });
    try {
      const texts = ['secret of ana', 'replaced', 'removed', 'kept'];
      const users = ['ana', 'bo', 'bo', 'bo'];
      const all = texts.map((text, offset) => ({ ...LETTER, offset, user: users[offset]!, value: Buffer.from(text) }));
      await letters.send('log', all);
      await letters.send('log', [{ ...all[1]!, value: Buffer.from('its successor') }]);
      await letters.remove('log', [all[2]!]);
      await letters.erase('log', 'main', 'ana');
      expect((await letters.list('log')).map(({ value }) => value.toString())).toEqual(['its successor', 'kept']);
      await until(async () => !/secret|replaced|removed/.test(await stored(topic)), 120_000);
      expect(await stored(topic)).not.toContain('ana');
      expect((await letters.list('log')).map(({ value }) => value.toString())).toEqual(['its successor', 'kept']);
    } finally {
      await letters.close();
    }
  });

  test('ends its newest segment at the start of a process, whichever process removed something', async () => {
    const topic = await createTopic({ 'segment.ms': '500', 'max.compaction.lag.ms': '500' });
    const options = { brokers: broker.brokers, clientId: 'test', topic };
    const dying = KafkaDeadLetters.start(options);
    await dying.send('log', [{ ...LETTER, offset: 1, user: 'ana', value: Buffer.from('secret') }]);
    await dying.erase('log', 'main', 'ana');
    await dying.close();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const next = KafkaDeadLetters.start(options);
    try {
      await until(async () => !/secret/.test(await stored(topic)), 120_000);
    } finally {
      await next.close();
    }
  });
});
