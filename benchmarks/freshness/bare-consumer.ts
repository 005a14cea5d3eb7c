import { kafkaClient } from '@kindred/shared/event-log/kafka/kafka-client';
import { FETCHING } from '@kindred/shared/event-log/kafka/kafka-session';

const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_MS = 120_000;

/**
 * Lets kafkajs read so many messages of a topic from its beginning, fetching as the ranking process does and doing nothing
 * with them.
 * @returns Messages a second, from the first request for messages to the last batch.
 */
export async function bareConsumerRate(brokers: readonly string[], topic: string, messages: number): Promise<number> {
  const client = kafkaClient({ brokers, clientId: 'kindred-bench-bare' }, REQUEST_TIMEOUT_MS);
  const consumer = client.kafka.consumer({ ...FETCHING, groupId: `${topic}.bare` });
  const whole = Promise.withResolvers<number>();
  const timer = setTimeout(() => whole.reject(new Error('kafkajs did not read the topic')), TIMEOUT_MS);
  let startMs: number | undefined;
  let read = 0;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    consumer.on('consumer.fetch_start', () => {
      startMs ??= performance.now();
    });
    consumer.on('consumer.crash', ({ payload }) => whole.reject(payload.error));
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: async ({ batch, resolveOffset }) => {
        read += batch.messages.length;
        resolveOffset(batch.lastOffset());
        if (read >= messages) whole.resolve((read * 1_000) / (performance.now() - (startMs ?? 0)));
      },
    });
    return await whole.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
    client.cutOff();
  }
}
