import { setTimeout as sleep } from 'node:timers/promises';
import {
  kafkaConfigOf,
  kafkaVariables,
  requireCredentials,
  topicNamesOf,
} from '@kindred/shared/event-log/kafka/kafka-config';
import { ConfigError, countSchema, databaseUrlSchema, readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';
import { createTopics } from './kafka/topics.ts';
import { migrate } from './postgres/migrate.ts';

// Makes what the services need in PostgreSQL and Kafka: the schema and the topics. Run it before the first start and after
// each update; what is there already stays as it is. Waits for stores that are starting.

const DAY_MS = 86_400_000;
const PATIENCE_MS = 120_000;
const schema = z
  .object({
    ...kafkaVariables,
    DATABASE_URL: databaseUrlSchema,
    KINDRED_EVENTS_PARTITIONS: countSchema.default(12),
    KINDRED_EVENTS_RETENTION_DAYS: countSchema.default(7),
  })
  .superRefine(requireCredentials);

try {
  const read = readConfig(schema, process.env);
  await patiently('PostgreSQL', () => migrate(read.DATABASE_URL));
  const options = {
    partitions: read.KINDRED_EVENTS_PARTITIONS,
    retentionMs: read.KINDRED_EVENTS_RETENTION_DAYS * DAY_MS,
  };
  await patiently('Kafka', () => createTopics(kafkaConfigOf(read), topicNamesOf(read), options));
  console.log('Kindred stores: the schema and the topics are there');
} catch (error) {
  console.error(`Kindred stores: ${error instanceof Error ? error.message : error}`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

async function patiently(name: string, make: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(1_000)) {
    try {
      return await make();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      console.log(`Kindred stores: ${name} is not ready (${error instanceof Error ? error.message : error}) …`);
    }
  }
}
