import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Partitioners, type PartitionMetadata, type Producer } from 'kafkajs';
import type { NewMessage, Position } from '../event-log.ts';
import { type KafkaClient, type KafkaClientOptions, kafkaClient } from './kafka-client.ts';

export interface KafkaAppenderOptions extends KafkaClientOptions {
  readonly topic: string;
}

/** Writes to a topic, one batch at a time: the caller waits for one `write` before the next. */
export interface KafkaAppender {
  /**
   * @returns Positions in the order of the input, once all in-sync replicas have the messages.
   * @throws after at most 5 s, when the brokers did not take them; they may have some of them.
   */
  write(messages: readonly NewMessage[]): Promise<readonly Position[]>;
  close(): Promise<void>;
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
 * An idempotent kafkajs producer that is used so that it keeps its word. kafkajs takes a failed batch's sequence numbers
 * back, although the brokers may have written it; the next batch under those numbers would be acknowledged as a repetition
 * and lost. So no two batches are under way at once, and after a failure the producer is thrown away.
 */
export function kafkaAppender(options: KafkaAppenderOptions): KafkaAppender {
  let connection: Connection | undefined;

  async function attempt(messages: readonly NewMessage[]): Promise<readonly Position[]> {
    connection ??= connect(options);
    return send(await connection.ready, options.topic, messages);
  }

  return {
    write: async (messages) => {
      const deadline = Date.now() + WRITE_TIMEOUT_MS;
      for (;;) {
        try {
          return await within(deadline - Date.now(), attempt(messages));
        } catch (cause) {
          connection?.client.cutOff();
          connection = undefined;
          if (Date.now() + RETRY_PAUSE_MS >= deadline) throw new Error('Kafka did not take the messages', { cause });
          await sleep(RETRY_PAUSE_MS);
        }
      }
    },
    close: async () => {
      const disconnected = connection?.ready.then(({ producer }) => producer.disconnect());
      await Promise.race([disconnected?.catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
      connection?.client.cutOff();
      connection = undefined;
    },
  };
}

function connect(options: KafkaAppenderOptions): Connection {
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  return { client, ready: connectProducer(client, options.topic) };
}

async function connectProducer({ kafka }: KafkaClient, topic: string): Promise<ReadyProducer> {
  const partitions = await partitionsOf(kafka.admin(), topic);
  const producer = kafka.producer({
    idempotent: true,
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
 * We choose the partitions, as Kafka's own clients would for the key, because the brokers answer with the first offset
 * of each partition only: a message's place among those of its partition does the rest.
 */
async function send(
  { producer, partitions }: ReadyProducer,
  topic: string,
  messages: readonly NewMessage[],
): Promise<readonly Position[]> {
  const records = messages.map(({ catalog, user, value, headers }) => {
    const key = `${catalog}/${user}`;
    const partition = partitionFor({ topic, partitionMetadata: partitions, message: { key, value } });
    return { key, value, headers: { ...headers }, partition };
  });
  const answers = await producer.send({ topic, messages: records, acks: -1, timeout: REQUEST_TIMEOUT_MS });
  const next = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset ?? -1)]));
  return records.map(({ partition }) => {
    const offset = next.get(partition) ?? -1;
    // When a partition's leader moves during a repetition, kafkajs can leave the partition out and report success.
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
