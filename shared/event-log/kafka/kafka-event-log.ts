import type { Log } from '../../platform/log.ts';
import { AppendQueue } from '../append-queue.ts';
import type { ConsumeOptions, Consumer, EventLog, MessageHandler, NewMessage, Position } from '../event-log.ts';
import { KafkaAppender } from './kafka-appender.ts';
import type { KafkaConfig } from './kafka-config.ts';
import { KafkaLogConsumer } from './kafka-log-consumer.ts';
import { KafkaOffsets } from './kafka-offsets.ts';
import { type KafkaRecord, recordBytes } from './kafka-record.ts';

/** Brokers, topic and group of an event log. */
export interface KafkaEventLogOptions extends KafkaConfig {
  /** Must exist; see `createTopics`. Also the log's name, as stored progress belongs to the topic. */
  readonly topic: string;
  /** Consumers of one group share the partitions. */
  readonly groupId: string;
  readonly clientId: string;
  /** Restarts the consumer if messages wait and none was read for this long. */
  readonly stuckMs?: number;
  readonly log?: Log;
}

// A batch of one partition must stay below a topic's max.message.bytes, by default 1,048,588.
const WRITE_LIMITS = { messagesMax: 2_000, bytesMax: 900_000, waitingBytesMax: 128 * 1024 * 1024 };

/**
 * The event log as a Kafka topic, partitioned by user. Nothing is committed to Kafka: handlers keep their progress.
 * `append` waits for all in-sync replicas, and throws after about 5 s without them. `erase` and `trim` do nothing: single
 * messages cannot be deleted, and the topic's retention bounds how long they live. If another producer uses transactions,
 * the records that end them count in `ends`, so an end can lie past all progress.
 */
export class KafkaEventLog implements EventLog {
  readonly name: string;
  readonly #options: KafkaEventLogOptions;
  readonly #appender: KafkaAppender;
  readonly #offsets: KafkaOffsets;
  readonly #queue: AppendQueue<KafkaRecord>;
  readonly #consumers = new Set<KafkaLogConsumer>();

  constructor(options: KafkaEventLogOptions) {
    this.name = options.topic;
    this.#options = options;
    this.#appender = new KafkaAppender(options);
    this.#offsets = new KafkaOffsets(options);
    this.#queue = new AppendQueue({
      ...WRITE_LIMITS,
      bytesOf: recordBytes,
      write: (records) => this.#appender.write(records),
    });
  }

  async append(messages: readonly NewMessage[]): Promise<readonly Position[]> {
    const records = messages.map(recordOf);
    const tooLarge = records.find((record) => recordBytes(record) > WRITE_LIMITS.bytesMax);
    if (tooLarge) throw new RangeError(`a message of ${recordBytes(tooLarge)} bytes is too large for Kafka`);
    return this.#queue.append(records);
  }

  async consume(handler: MessageHandler, consumeOptions: ConsumeOptions): Promise<Consumer> {
    const { stuckMs = 30_000 } = this.#options;
    const consumer = new KafkaLogConsumer({
      ...this.#options,
      ...consumeOptions,
      handler,
      offsets: this.#offsets,
      stuckMs,
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  async ends(): Promise<ReadonlyMap<number, number>> {
    const ranges = await this.#offsets.ranges();
    return new Map([...ranges].map(([partition, { end }]) => [partition, end]));
  }

  async erase(): Promise<void> {}

  async trim(): Promise<void> {}

  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), ...[...this.#consumers].map((consumer) => consumer.stop())]);
    this.#consumers.clear();
    await Promise.all([this.#appender.close(), this.#offsets.close()]);
  }
}

function recordOf({ catalog, user, value, headers = {} }: NewMessage): KafkaRecord {
  return { key: `${catalog}/${user}`, value, headers };
}
