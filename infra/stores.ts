import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '@kindred/shared/platform/config';
import { readStoresConfig } from './config.ts';
import { createTopics } from './kafka/topics.ts';
import { migrate } from './postgres/migrate.ts';

// Makes the schema in PostgreSQL and the topics in Kafka, which the services need. Run it before the first start and after
// each update: it keeps what exists, and waits for stores that are starting.

const PATIENCE_MS = 120_000;
const RETRY_MS = 1_000;

const warn = (text: string): void => console.warn(`Kindred stores: warning: ${text}`);

try {
  const { databaseUrl, kafka, topics, partitions, retentionMs } = readStoresConfig();
  await untilDone('PostgreSQL', () => migrate(databaseUrl));
  await untilDone('Kafka', () => createTopics(kafka, topics, { partitions, retentionMs, warn }));
  console.log('Kindred stores: the schema and the topics are there');
} catch (error) {
  console.error(`Kindred stores: ${error instanceof Error ? error.message : error}`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

/** @throws the last failure after two minutes. */
async function untilDone(store: string, make: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(RETRY_MS)) {
    try {
      return await make();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      console.log(`Kindred stores: ${store} is not ready (${error instanceof Error ? error.message : error}) …`);
    }
  }
}
