import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaClient, type KafkaClientOptions, kafkaClient } from './kafka-client.ts';

/** From where to where a partition can be read. */
export interface PartitionRange {
  /** The first message that has not expired. */
  readonly start: number;
  /** One past the last message. */
  readonly end: number;
}

/** Asks the brokers how far a topic's partitions reach. */
export interface KafkaOffsets {
  /**
   * @param wanted  Partitions that must be among the answers, such as one that was added a moment ago.
   * @throws within about 10 s when no broker answers, and when a wanted partition is not known yet: ask again.
   */
  ranges(wanted?: readonly number[]): Promise<ReadonlyMap<number, PartitionRange>>;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** Keeps one admin connection from the first question on; a new one after a failure. */
export function kafkaOffsets(options: KafkaClientOptions & { readonly topic: string }): KafkaOffsets {
  let connection: Connection | undefined;
  return {
    ranges: async (wanted = []) => {
      connection ??= connect(options);
      const current = connection;
      try {
        const admin = await current.admin;
        const partitions = await admin.fetchTopicOffsets(options.topic);
        const ranges = new Map(
          partitions.map(({ partition, low, high }) => [partition, { start: Number(low), end: Number(high) }]),
        );
        // kafkajs keeps what it knows of a topic for five minutes; a new connection knows better.
        const missing = wanted.find((partition) => !ranges.has(partition));
        if (missing !== undefined) throw new Error(`partition ${missing} is not known yet`);
        return ranges;
      } catch (error) {
        current.client.cutOff();
        if (connection === current) connection = undefined;
        throw error;
      }
    },
    close: async () => {
      const disconnected = connection?.admin.then((admin) => admin.disconnect());
      await Promise.race([disconnected?.catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
      connection?.client.cutOff();
      connection = undefined;
    },
  };
}

type Admin = ReturnType<KafkaClient['kafka']['admin']>;

interface Connection {
  readonly client: KafkaClient;
  readonly admin: Promise<Admin>;
}

function connect(options: KafkaClientOptions): Connection {
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  const admin = client.kafka.admin();
  return { client, admin: admin.connect().then(() => admin) };
}
