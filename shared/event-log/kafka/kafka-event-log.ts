import type { Log } from '../../platform/log.ts';
import { createAppendQueue, messageBytes } from '../append-queue.ts';
import type { Consumer, EventLog } from '../event-log.ts';
import { kafkaAppender } from './kafka-appender.ts';
import type { KafkaConfig } from './kafka-config.ts';
import { startKafkaConsumer } from './kafka-log-consumer.ts';
import { kafkaOffsets } from './kafka-offsets.ts';

export interface KafkaEventLogOptions extends KafkaConfig {
  /** Must exist; see `createTopics`. Also the log's name, as stored progress belongs to the topic. */
  readonly topic: string;
  /** Consumers of one group share the partitions. */
  readonly groupId: string;
  readonly clientId: string;
  /** Restarts the consumer when messages wait and none was read for so long. */
  readonly stuckMs?: number;
  readonly log?: Log;
}

// A batch of one partition must stay below a topic's max.message.bytes, by default 1,048,588.
const WRITE_LIMITS = { messagesMax: 2_000, bytesMax: 900_000, waitingBytesMax: 128 * 1024 * 1024 };

/**
 * The event log as a Kafka topic, partitioned by user. Nothing is committed to Kafka: handlers keep their progress.
 * `append` waits for all in-sync replicas, and throws after about 5 s without them. `erase` and `trim` do nothing:
 * single messages cannot be deleted, and the topic's retention bounds how long they live. Where another producer uses
 * transactions, the records that end them count in `ends`, so an end can lie past what progress will ever say.
 */
export function kafkaEventLog(options: KafkaEventLogOptions): EventLog {
  const { topic, stuckMs = 30_000 } = options;
  const appender = kafkaAppender(options);
  const offsets = kafkaOffsets(options);
  const queue = createAppendQueue({ ...WRITE_LIMITS, write: appender.write });
  const consumers = new Set<Consumer>();
  return {
    name: topic,
    append: async (messages) => {
      const tooLarge = messages.find((message) => messageBytes(message) > WRITE_LIMITS.bytesMax);
      if (tooLarge) throw new RangeError(`a message of ${messageBytes(tooLarge)} bytes is too large for Kafka`);
      return queue.append(messages);
    },
    consume: async (handler, consumeOptions) => {
      const consumer = startKafkaConsumer({ ...options, ...consumeOptions, handler, offsets, stuckMs });
      consumers.add(consumer);
      const stop = async (): Promise<void> => {
        await consumer.stop();
        consumers.delete(consumer);
      };
      return { lag: consumer.lag, stop };
    },
    ends: async () => {
      const ranges = await offsets.ranges();
      return new Map([...ranges].map(([partition, { end }]) => [partition, end]));
    },
    erase: async () => {},
    trim: async () => {},
    close: async () => {
      await Promise.all([queue.close(), ...[...consumers].map((consumer) => consumer.stop())]);
      consumers.clear();
      await Promise.all([appender.close(), offsets.close()]);
    },
  };
}
