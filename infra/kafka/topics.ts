import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';

const EVENTS_TOPIC = 'kindred.events';
const DEAD_LETTERS_TOPIC = 'kindred.events.dead-letters';
const SERVED_TIMEOUT_MS = 20_000;

export interface TopicOptions {
  /** Of the events; at most so many consumers share the work. Dead letters have one. */
  readonly partitions: number;
  /** How long a message is kept, and so at most how long a user's data outlives an erasure in the log. */
  readonly retentionMs: number;
  readonly eventsTopic?: string;
  readonly deadLettersTopic?: string;
}

/**
 * Makes the topics that are missing, with the brokers' own replication factor; leaves those that exist as they are.
 * @throws when no broker answers within about ten seconds.
 */
export async function createTopics(brokers: readonly string[], options: TopicOptions): Promise<void> {
  const { partitions, retentionMs, eventsTopic = EVENTS_TOPIC, deadLettersTopic = DEAD_LETTERS_TOPIC } = options;
  const settings = {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    // An event's time is capped by its arrival, which must not be the producer's word.
    'message.timestamp.type': 'LogAppendTime',
    // kafkajs reads no snappy, lz4 or zstd: let the broker unpack what other producers send.
    'compression.type': 'uncompressed',
  };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const kafka = new Kafka({
    clientId: 'kindred-topics',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 6 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    // kafkajs's own wait for leaders gives up on a topic that the broker has not taken up yet.
    const waitForLeaders = false;
    await admin.createTopics({
      waitForLeaders,
      topics: [{ topic: eventsTopic, numPartitions: partitions, configEntries }],
    });
    await admin.createTopics({
      waitForLeaders,
      topics: [{ topic: deadLettersTopic, numPartitions: 1, configEntries }],
    });
    for (const topic of [eventsTopic, deadLettersTopic]) await untilServed(admin, topic);
  } finally {
    await admin.disconnect();
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
