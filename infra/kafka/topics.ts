import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterTopicSettings } from '@kindred/shared/event-log/kafka/dead-letter-topic';
import { kafkaClient } from '@kindred/shared/event-log/kafka/kafka-client';
import type { KafkaConfig, TopicNames } from '@kindred/shared/event-log/kafka/kafka-config';
import type { Admin } from 'kafkajs';

const SERVED_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 10_000;

export interface TopicOptions {
  /** Partitions of the events: the largest number of consumers that share the work. Dead letters have one. */
  readonly partitions: number;
  /** Lifetime of a message, and so the longest time that a user's data outlives an erasure in the topic of events. */
  readonly retentionMs: number;
}

/**
 * Makes the topics that are missing, with the brokers' own replication factor; leaves those that exist as they are.
 * @throws when no broker answers within about ten seconds.
 */
export async function createTopics(
  kafka: KafkaConfig,
  { events, deadLetters }: TopicNames,
  { partitions, retentionMs }: TopicOptions,
): Promise<void> {
  const settings = {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    // An event's time is capped by its arrival, which must not be the producer's word.
    'message.timestamp.type': 'LogAppendTime',
    // kafkajs reads no snappy, lz4 or zstd: let the broker unpack what other producers send.
    'compression.type': 'uncompressed',
  };
  const client = kafkaClient({ ...kafka, clientId: 'kindred-topics' }, REQUEST_TIMEOUT_MS);
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    // kafkajs's own wait for leaders gives up on a topic that the broker has not taken up yet.
    const waitForLeaders = false;
    await admin.createTopics({
      waitForLeaders,
      topics: [{ topic: events, numPartitions: partitions, configEntries: entriesOf(settings) }],
    });
    await admin.createTopics({
      waitForLeaders,
      topics: [
        { topic: deadLetters, numPartitions: 1, configEntries: entriesOf(deadLetterTopicSettings(retentionMs)) },
      ],
    });
    for (const topic of [events, deadLetters]) await untilServed(admin, topic);
  } finally {
    await admin.disconnect().catch(() => {});
    client.cutOff();
  }
}

/** A topic is known some moments before its partitions' leaders take requests, longer on a busy machine. */
async function untilServed(admin: Admin, topic: string): Promise<void> {
  for (const deadline = Date.now() + SERVED_TIMEOUT_MS; ; await sleep(50)) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

function entriesOf(settings: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}
