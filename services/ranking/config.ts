import { type ModelConfig, modelConfigOf, modelVariables } from '@kindred/shared/embedding/embedding-config';
import {
  type KafkaConfig,
  kafkaConfigOf,
  kafkaVariables,
  requireCredentials,
  type TopicNames,
  topicNamesOf,
} from '@kindred/shared/event-log/kafka/kafka-config';
import { databaseUrlSchema, readConfig, urlsSchema } from '@kindred/shared/platform/config';
import { type HttpConfig, httpConfigOf, httpVariables, requireKey } from '@kindred/shared/platform/http/http-config';
import { z } from 'zod';

/** Environment variables of the ranking service. */
export const rankingVariables = z
  .object({
    ...httpVariables(8080),
    ...modelVariables,
    ...kafkaVariables,
    DATABASE_URL: databaseUrlSchema,
    KINDRED_INDEX_URLS: urlsSchema.default(['http://127.0.0.1:8082']).meta({
      description: 'All replicas of the index',
    }),
  })
  .superRefine(requireKey)
  .superRefine(requireCredentials);

/** Configuration of the ranking service. */
export interface RankingConfig extends HttpConfig, ModelConfig {
  readonly databaseUrl: string;
  readonly kafka: KafkaConfig;
  readonly topics: TopicNames;
  /** Addresses of all replicas of the index. */
  readonly indexUrls: readonly string[];
}

/** @throws {ConfigError} with every mistake at once. */
export function readRankingConfig(environment: Readonly<Record<string, string | undefined>>): RankingConfig {
  const read = readConfig(rankingVariables, environment);
  return {
    ...httpConfigOf(read),
    ...modelConfigOf(read),
    databaseUrl: read.DATABASE_URL,
    kafka: kafkaConfigOf(read),
    topics: topicNamesOf(read),
    indexUrls: read.KINDRED_INDEX_URLS,
  };
}
