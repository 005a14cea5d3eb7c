import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachMessageHandler, KafkaMessage } from 'kafkajs';
import { type KafkaClientOptions, kafkaClient } from './kafka-client.ts';
import { KafkaOffsets, type PartitionRange } from './kafka-offsets.ts';

export interface TopicReaderOptions extends KafkaClientOptions {
  readonly topic: string;
}

const REQUEST_TIMEOUT_MS = 5_000;
const TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Reads what a topic holds now, from its beginning, in a group that nobody else is in. Takes some seconds.
 * @param onRecord  Called with each record, in the order of its partition; again from the beginning after a failure.
 * @throws if the brokers do not give all of it within 30 s.
 */
export async function readTopic(
  options: TopicReaderOptions,
  onRecord: (record: KafkaMessage, partition: number) => void,
): Promise<void> {
  const offsets = new KafkaOffsets(options);
  const ranges = await offsets.ranges().finally(() => offsets.close());
  const filled = new Map([...ranges].filter(([, { start, end }]) => end > start));
  if (filled.size === 0) return;
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  const groupId = `${options.topic}.reader.${randomBytes(6).toString('hex')}`;
  const consumer = client.kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  try {
    await readRanges(consumer, options.topic, { ranges: filled, onRecord });
  } finally {
    await Promise.race([consumer.disconnect().catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
    client.cutOff();
    await deleteGroup(options, groupId);
  }
}

async function readRanges(
  consumer: Consumer,
  topic: string,
  { ranges, onRecord }: { ranges: ReadonlyMap<number, PartitionRange>; onRecord: Parameters<typeof readTopic>[1] },
): Promise<void> {
  const open = new Set(ranges.keys());
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(() => done.reject(new Error(`${topic} was not read within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    // kafkajs begins again by itself after some failures, such as that of a coordinator that is still loading.
    if (!restart) done.reject(error);
  });
  // An end can be a place without a record, which is never delivered: reading past it counts.
  consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
    if (Number(lastOffset) + 1 >= (ranges.get(partition)?.end ?? 0)) open.delete(partition);
    if (open.size === 0) done.resolve();
  });
  const eachMessage: EachMessageHandler = async ({ partition, message }) => {
    if (Number(message.offset) < (ranges.get(partition)?.end ?? 0)) onRecord(message, partition);
  };
  start(consumer, topic, eachMessage).catch(done.reject);
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
  }
}

async function start(consumer: Consumer, topic: string, eachMessage: EachMessageHandler): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage });
}

/** Brokers forget an unused group in time, so a failure here is none. */
async function deleteGroup(options: KafkaClientOptions, groupId: string): Promise<void> {
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
    await admin.disconnect();
  } catch {
  } finally {
    client.cutOff();
  }
}
