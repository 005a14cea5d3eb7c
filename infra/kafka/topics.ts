import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterTopicSettings } from '@kindred/shared/event-log/kafka/dead-letter-topic';
import { kafkaClient } from '@kindred/shared/event-log/kafka/kafka-client';
import type { KafkaConfig, TopicNames } from '@kindred/shared/event-log/kafka/kafka-config';
import type { Admin } from 'kafkajs';
import { ensureCompaction } from './topic-compaction.ts';

const SERVED_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Size and retention of the topics that are made. */
export interface TopicOptions {
  /** Number of the events' topic, and so the most consumers that share the work. The topic of dead letters has one. */
  readonly partitions: number;
  /** Age at which a message is deleted, and so the longest that a user's data outlives an erasure in the log. */
  readonly retentionMs: number;
  /** Told of settings that the brokers refuse; default the console. */
  readonly warn?: (text: string) => void;
}

/**
 * Makes the topics that are missing, with the brokers' own replication factor. Leaves existing ones as they are, but that
 * a topic of dead letters that is not compacted gets compacted, or a warning where the brokers refuse.
 * @throws when no broker answers within about ten seconds.
 */
export async function createTopics(
  kafka: KafkaConfig,
  { events, deadLetters }: TopicNames,
  { partitions, retentionMs, warn = console.warn }: TopicOptions,
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
    const compacted = deadLetterTopicSettings(retentionMs);
    const isNew = await admin.createTopics({
      waitForLeaders,
      topics: [{ topic: deadLetters, numPartitions: 1, configEntries: entriesOf(compacted) }],
    });
    for (const topic of [events, deadLetters]) await untilServed(admin, topic);
    if (!isNew) await ensureCompaction(admin, deadLetters, compacted, warn);
  } finally {
    await admin.disconnect().catch(() => {});
    client.cutOff();
  }
}

/** Waits for the leaders: they take requests some moments after a topic is known, later on a busy machine. */
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
