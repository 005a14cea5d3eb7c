import { randomBytes } from 'node:crypto';
import type { TestBroker } from '@kindred/infra/kafka/test-broker';
import { createTopics } from '@kindred/infra/kafka/topics';
import { type Admin, Kafka, type Message as KafkajsMessage, logLevel } from 'kafkajs';
import type { EventLog } from '../event-log.ts';
import { KafkaEventLog } from './kafka-event-log.ts';

export const PARTITIONS = 3;

export interface FreshTopicOptions {
  readonly partitions?: number;
  readonly stuckMs?: number;
}

/** A topic for one test, and the event logs opened on it. */
export interface FreshTopic {
  readonly topic: string;
  open(): EventLog;
  /** Writes as another producer, to partition 0. */
  produce(message: KafkajsMessage): Promise<void>;
  dispose(): Promise<void>;
}

/** A broker with clients of kafkajs's own, for what the event log does not do. */
export class KafkaUnderTest {
  readonly broker: TestBroker;
  readonly kafka: Kafka;
  readonly admin: Admin;

  private constructor(broker: TestBroker) {
    this.broker = broker;
    this.kafka = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    this.admin = this.kafka.admin();
  }

  static async connect(broker: TestBroker): Promise<KafkaUnderTest> {
    const under = new KafkaUnderTest(broker);
    await under.admin.connect();
    return under;
  }

  async freshTopic({ partitions = PARTITIONS, stuckMs = 30_000 }: FreshTopicOptions = {}): Promise<FreshTopic> {
    const { broker, admin } = this;
    const topic = `test.${randomBytes(6).toString('hex')}`;
    const topics = { events: topic, deadLetters: `${topic}.dead-letters` };
    await createTopics({ brokers: broker.brokers }, topics, { partitions, retentionMs: 3_600_000 });
    const opened: EventLog[] = [];
    return {
      topic,
      open: () => {
        const { brokers } = broker;
        const log = new KafkaEventLog({ brokers, topic, groupId: `${topic}.group`, clientId: 'test', stuckMs });
        opened.push(log);
        return log;
      },
      produce: (message) => this.#produce(topic, message),
      dispose: async () => {
        await Promise.all(opened.map((log) => log.close()));
        if (broker.own === undefined) await admin.deleteTopics({ topics: [topics.events, topics.deadLetters] });
      },
    };
  }

  /** Runs a test with a topic of its own. */
  async withTopic(options: FreshTopicOptions, work: (topic: FreshTopic) => Promise<void>): Promise<void> {
    const topic = await this.freshTopic(options);
    try {
      await work(topic);
    } finally {
      await topic.dispose();
    }
  }

  async stop(): Promise<void> {
    await this.admin.disconnect();
    await this.broker.stop();
  }

  async #produce(topic: string, message: KafkajsMessage): Promise<void> {
    const producer = this.kafka.producer({ createPartitioner: () => () => 0 });
    await producer.connect();
    await producer.send({ topic, messages: [message] });
    await producer.disconnect();
  }
}
