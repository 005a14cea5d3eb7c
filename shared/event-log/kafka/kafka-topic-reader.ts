import { randomBytes } from 'node:crypto';
import type { Message } from '../event-log.ts';
import { type KafkaClientOptions, kafkaClient } from './kafka-client.ts';
import { toMessage } from './kafka-message.ts';
import { kafkaOffsets } from './kafka-offsets.ts';

const REQUEST_TIMEOUT_MS = 5_000;
const TIMEOUT_MS = 30_000;

/**
 * Reads what a topic holds now, from its beginning, as nobody's consumer. Takes some seconds.
 * @param onMessage  Called with each message, in the order of its partition.
 * @throws when the brokers do not give all of it within 30 s.
 */
export async function readTopic(
  options: KafkaClientOptions & { readonly topic: string },
  onMessage: (message: Message) => void,
): Promise<void> {
  const { topic } = options;
  const offsets = kafkaOffsets(options);
  const ranges = await offsets.ranges().finally(() => offsets.close());
  const open = new Map([...ranges].filter(([, { start, end }]) => end > start));
  if (open.size === 0) return;
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  const groupId = `${topic}.reader.${randomBytes(6).toString('hex')}`;
  const consumer = client.kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(() => done.reject(new Error(`${topic} was not read within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  /** An end can be a place without a message, which is never delivered: what was read past it counts. */
  const settle = (partition: number, nextOffset: number): void => {
    if (nextOffset >= (open.get(partition)?.end ?? 0)) open.delete(partition);
    if (open.size === 0) done.resolve();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    consumer.on('consumer.crash', ({ payload }) => done.reject(payload.error));
    consumer.on('consumer.end_batch_process', ({ payload }) =>
      settle(payload.partition, Number(payload.lastOffset) + 1),
    );
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        if (Number(message.offset) < (ranges.get(partition)?.end ?? 0)) onMessage(toMessage(partition, message));
      },
    });
    await done.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect().catch(() => {});
    await deleteGroup(options, groupId);
    client.cutOff();
  }
}

/** What is left of a group is forgotten by the brokers in time: that this fails is no failure. */
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
