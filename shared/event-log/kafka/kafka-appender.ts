import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Partitioners, type PartitionMetadata, type Producer } from 'kafkajs';
import type { Position } from '../event-log.ts';
import { type KafkaClient, type KafkaClientOptions, kafkaClient } from './kafka-client.ts';
import type { KafkaRecord } from './kafka-record.ts';

/** The topic to append to. */
export interface KafkaAppenderOptions extends KafkaClientOptions {
  readonly topic: string;
  /**
   * True if the brokers drop repetitions, the default. A compacted topic is written without: the brokers keep the last
   * batch of each idempotent producer even once it is empty, and kafkajs does not read past a segment of empty batches.
   */
  readonly isIdempotent?: boolean;
}

interface Connection {
  readonly client: KafkaClient;
  readonly ready: Promise<ReadyProducer>;
}

interface ReadyProducer {
  readonly producer: Producer;
  readonly partitions: PartitionMetadata[];
}

const WRITE_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 4_000;
const RETRY_PAUSE_MS = 250;
const CLOSE_TIMEOUT_MS = 1_000;
const partitionFor = Partitioners.DefaultPartitioner();

/**
 * A kafkajs producer used so that no acknowledged record is lost. kafkajs takes a failed batch's sequence numbers back,
 * although the brokers may have written it; the next batch under those numbers would be acknowledged as a repetition and
 * lost. So no two batches are under way at once, and after a failure the producer is thrown away.
 */
export class KafkaAppender {
  readonly #options: KafkaAppenderOptions;
  #connection: Connection | undefined;

  constructor(options: KafkaAppenderOptions) {
    this.#options = options;
  }

  /**
   * One call at a time: the caller waits for one `write` before the next.
   * @returns Positions in the order of the input, once all in-sync replicas have the records.
   * @throws after at most 5 s if the brokers did not take them; they may have some of them.
   */
  async write(records: readonly KafkaRecord[]): Promise<readonly Position[]> {
    const deadlineMs = Date.now() + WRITE_TIMEOUT_MS;
    for (;;) {
      try {
        return await within(deadlineMs - Date.now(), this.#attempt(records));
      } catch (cause) {
        this.#connection?.client.cutOff();
        this.#connection = undefined;
        if (Date.now() + RETRY_PAUSE_MS >= deadlineMs) throw new Error('Kafka did not take the messages', { cause });
        await sleep(RETRY_PAUSE_MS);
      }
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    const disconnected = connection?.ready.then(({ producer }) => producer.disconnect());
    await Promise.race([disconnected?.catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
    connection?.client.cutOff();
  }

  async #attempt(records: readonly KafkaRecord[]): Promise<readonly Position[]> {
    this.#connection ??= connect(this.#options);
    return send(await this.#connection.ready, this.#options.topic, records);
  }
}

function connect(options: KafkaAppenderOptions): Connection {
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  return { client, ready: connectProducer(client, options) };
}

async function connectProducer(
  { kafka }: KafkaClient,
  { topic, isIdempotent = true }: KafkaAppenderOptions,
): Promise<ReadyProducer> {
  const partitions = await partitionsOf(kafka.admin(), topic);
  const producer = kafka.producer({
    idempotent: isIdempotent,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return { producer, partitions };
}

async function partitionsOf(admin: Admin, topic: string): Promise<PartitionMetadata[]> {
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.disconnect();
  return topics[0]?.partitions ?? [];
}

/**
 * The partitions are chosen here, as Kafka's own clients would for the key, because the brokers answer with the first
 * offset of each partition only: a record's place among those of its partition gives the rest.
 */
async function send(
  { producer, partitions }: ReadyProducer,
  topic: string,
  records: readonly KafkaRecord[],
): Promise<readonly Position[]> {
  const messages = records.map(({ key, value, headers }) => {
    const partition = partitionFor({ topic, partitionMetadata: partitions, message: { key, value } });
    return { key, value, headers: { ...headers }, partition };
  });
  const answers = await producer.send({ topic, messages, acks: -1, timeout: REQUEST_TIMEOUT_MS });
  const next = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset ?? -1)]));
  return messages.map(({ partition }) => {
    const offset = next.get(partition) ?? -1;
    // If a partition's leader moves during a repetition, kafkajs can leave the partition out and report success.
    if (offset < 0) throw new Error(`Kafka did not acknowledge partition ${partition}`);
    next.set(partition, offset + 1);
    return { partition, offset };
  });
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
