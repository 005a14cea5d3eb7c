import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalBroker } from './local-broker.ts';

const TOPIC = 'contract';
const STORED_TIMEOUT_MS = 30_000;

/** Promises of each `LocalBroker`. */
export function localBrokerContract(start: () => Promise<LocalBroker>): void {
  let broker: LocalBroker;
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(() => broker?.stop());

  test('keeps its address and what it acknowledged when it is killed', async () => {
    const { brokers, pid } = broker;
    await append(brokers, ['first', 'second']);
    await broker.kill();
    await broker.restart();
    expect(broker.pid).not.toBe(pid);
    expect(broker.brokers).toEqual(brokers);
    expect(await countOf(brokers)).toBe(2);
  });
}

function clientOf(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
}

async function append(brokers: readonly string[], values: readonly string[]): Promise<void> {
  const producer = clientOf(brokers).producer({ allowAutoTopicCreation: false });
  const admin = clientOf(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
  await admin.disconnect();
  await producer.connect();
  await producer.send({ topic: TOPIC, acks: -1, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

/** Messages of the topic; a leader is known some moments after a start. */
async function countOf(brokers: readonly string[]): Promise<number> {
  const admin = clientOf(brokers).admin();
  await admin.connect();
  try {
    for (const deadline = Date.now() + STORED_TIMEOUT_MS; ; await sleep(100)) {
      try {
        const [partition] = await admin.fetchTopicOffsets(TOPIC);
        return Number(partition?.high);
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  } finally {
    await admin.disconnect();
  }
}
