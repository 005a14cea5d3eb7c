import { randomBytes } from 'node:crypto';
import { kafkaClient } from '@kindred/shared/event-log/kafka/kafka-client';
import type { TopicNames } from '@kindred/shared/event-log/kafka/kafka-config';
import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestBroker, type TestBroker, testBrokerAvailability } from './test-broker.ts';
import { createTopics, type TopicOptions } from './topics.ts';

const availability = await testBrokerAvailability();
const isAway = availability.way === 'none';
const why = isAway ? ` (skipped: ${availability.reason})` : '';
const RETENTION_MS = 3_600_000;

describe.skipIf(isAway)(`the topics of Kafka${why}`, () => {
  let broker: TestBroker;
  let admin: Admin;
  const made: string[] = [];
  beforeAll(async () => {
    broker = await startTestBroker(availability);
    admin = kafkaClient({ brokers: broker.brokers, clientId: 'test' }, 10_000).kafka.admin();
    await admin.connect();
  });
  afterAll(async () => {
    if (broker?.own === undefined) await admin?.deleteTopics({ topics: made });
    await admin?.disconnect();
    await broker?.stop();
  });

  function names(): TopicNames {
    const events = `test.${randomBytes(6).toString('hex')}`;
    const topics = { events, deadLetters: `${events}.dead-letters` };
    made.push(topics.events, topics.deadLetters);
    return topics;
  }

  /** Creates both topics as another program would. @param settings  Own settings of the topic of dead letters. */
  async function existing(settings: Readonly<Record<string, string>> = {}): Promise<TopicNames> {
    const topics = names();
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      waitForLeaders: false,
      topics: [
        { topic: topics.events, numPartitions: 1 },
        { topic: topics.deadLetters, numPartitions: 1, configEntries },
      ],
    });
    return topics;
  }

  /** @returns The warnings. */
  async function prepare(topics: TopicNames, options: Partial<TopicOptions> = {}): Promise<readonly string[]> {
    const warnings: string[] = [];
    const warn = (text: string): void => void warnings.push(text);
    const all = { partitions: 2, retentionMs: RETENTION_MS, warn, ...options };
    await createTopics({ brokers: broker.brokers }, topics, all);
    return warnings;
  }

  async function settingsOf(topic: string): Promise<ReadonlyMap<string, string>> {
    const { resources } = await admin.describeConfigs({
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
      includeSynonyms: false,
    });
    return new Map(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
  }

  test('are made with their settings, and left as they are the next time', async () => {
    const topics = names();
    for (let time = 0; time < 2; time++) {
      expect(await prepare(topics, { retentionMs: RETENTION_MS * (1 + time) })).toEqual([]);
      const [events, deadLetters] = [await settingsOf(topics.events), await settingsOf(topics.deadLetters)];
      expect(events.get('cleanup.policy')).toBe('delete');
      expect(deadLetters.get('cleanup.policy')).toBe('compact,delete');
      for (const settings of [events, deadLetters]) expect(settings.get('retention.ms')).toBe(String(RETENTION_MS));
    }
  });

  test('a topic of dead letters that exists uncompacted is compacted from now on', async () => {
    const topics = await existing();
    expect(await prepare(topics)).toEqual([]);
    const settings = await settingsOf(topics.deadLetters);
    expect(settings.get('cleanup.policy')).toBe('compact,delete');
    expect(settings.get('max.compaction.lag.ms')).toBe('300000');
    expect(settings.get('retention.ms')).toBe(String(RETENTION_MS));
  });

  test('and keeps the settings that it was given', async () => {
    const topics = await existing({ 'cleanup.policy': 'delete', 'retention.ms': '7000000', 'segment.ms': '8000' });
    expect(await prepare(topics)).toEqual([]);
    const settings = await settingsOf(topics.deadLetters);
    expect(settings.get('cleanup.policy')).toBe('compact,delete');
    expect([settings.get('retention.ms'), settings.get('segment.ms')]).toEqual(['7000000', '8000']);
    const compacted = await existing({ 'cleanup.policy': 'compact' });
    expect(await prepare(compacted)).toEqual([]);
    expect((await settingsOf(compacted.deadLetters)).get('cleanup.policy')).toBe('compact');
  });

  test('brokers that refuse to compact it are reported, and do not stop the start', async () => {
    const topics = await existing();
    // No broker takes such a retention.
    const [warning, ...more] = await prepare(topics, { retentionMs: -2 });
    expect(warning).toContain(topics.deadLetters);
    expect(warning).toContain('cleanup.policy=compact');
    expect(more).toEqual([]);
    expect((await settingsOf(topics.deadLetters)).get('cleanup.policy')).toBe('delete');
  });
});
