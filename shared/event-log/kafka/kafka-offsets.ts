import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { type KafkaClient, type KafkaClientOptions, kafkaClient } from './kafka-client.ts';

/** Readable range of a partition. */
export interface PartitionRange {
  /** First offset that has not expired. */
  readonly start: number;
  /** One past the last message. */
  readonly end: number;
}

export interface KafkaOffsetsOptions extends KafkaClientOptions {
  readonly topic: string;
}

interface Connection {
  readonly client: KafkaClient;
  readonly admin: Promise<Admin>;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** Asks the brokers how far a topic's partitions reach, over one admin connection; after a failure, over a new one. */
export class KafkaOffsets {
  readonly #options: KafkaOffsetsOptions;
  #connection: Connection | undefined;

  constructor(options: KafkaOffsetsOptions) {
    this.#options = options;
  }

  /**
   * @param wanted  Partitions that must be among the answers, such as one that was added a moment ago.
   * @throws within about 10 s if no broker answers, and if a wanted partition is not known yet: ask again.
   */
  async ranges(wanted: readonly number[] = []): Promise<ReadonlyMap<number, PartitionRange>> {
    this.#connection ??= connect(this.#options);
    const current = this.#connection;
    try {
      const admin = await current.admin;
      const partitions = await admin.fetchTopicOffsets(this.#options.topic);
      const ranges = new Map(
        partitions.map(({ partition, low, high }) => [partition, { start: Number(low), end: Number(high) }]),
      );
      // kafkajs keeps what it knows of a topic for five minutes; a new connection knows better.
      const missing = wanted.find((partition) => !ranges.has(partition));
      if (missing !== undefined) throw new Error(`partition ${missing} is not known yet`);
      return ranges;
    } catch (error) {
      current.client.cutOff();
      if (this.#connection === current) this.#connection = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    const disconnected = connection?.admin.then((admin) => admin.disconnect());
    await Promise.race([disconnected?.catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
    connection?.client.cutOff();
  }
}

function connect(options: KafkaOffsetsOptions): Connection {
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  const admin = client.kafka.admin();
  return { client, admin: admin.connect().then(() => admin) };
}
