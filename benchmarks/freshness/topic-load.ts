import { kafkaClient } from '@kindred/shared/event-log/kafka/kafka-client';
import type { EventLoad } from './event-load.ts';
import { CATALOG } from './synthetic-catalog.ts';

const REQUEST_TIMEOUT_MS = 30_000;

/** Past Kindred's own HTTP: a plain kafkajs producer, as any program may have one. */
export async function openTopicLoad(brokers: readonly string[], topic: string): Promise<EventLoad> {
  const client = kafkaClient({ brokers, clientId: 'kindred-bench' }, REQUEST_TIMEOUT_MS);
  const producer = client.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return {
    send: async (events) => {
      const messages = events.map((event) => ({
        key: `${CATALOG}/${event.user}`,
        value: JSON.stringify({ catalog: CATALOG, ...event }),
      }));
      await producer.send({ topic, messages, acks: -1 });
    },
    close: async () => {
      await producer.disconnect();
      client.cutOff();
    },
  };
}
