import {
  embeddingVariables,
  type ModelConfig,
  modelConfigOf,
  modelVariables,
} from '@kindred/shared/embedding/embedding-config';
import { databaseUrlSchema, readConfig } from '@kindred/shared/platform/config';
import { type HttpConfig, httpConfigOf, httpVariables, requireKey } from '@kindred/shared/platform/http/http-config';
import { z } from 'zod';

const schema = z
  .object({ ...httpVariables(8081), ...modelVariables, ...embeddingVariables, DATABASE_URL: databaseUrlSchema })
  .superRefine(requireKey);

export interface IngestionConfig extends HttpConfig, ModelConfig {
  readonly embeddingWorkers: number;
  readonly databaseUrl: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readIngestionConfig(environment: Readonly<Record<string, string | undefined>>): IngestionConfig {
  const read = readConfig(schema, environment);
  return {
    ...httpConfigOf(read),
    ...modelConfigOf(read),
    embeddingWorkers: read.KINDRED_EMBEDDING_WORKERS,
    databaseUrl: read.DATABASE_URL,
  };
}
