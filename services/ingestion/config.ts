import {
  embeddingVariables,
  type ModelConfig,
  modelConfigOf,
  modelVariables,
} from '@kindred/shared/embedding/embedding-config';
import { databaseUrlSchema, readConfig } from '@kindred/shared/platform/config';
import { type HttpConfig, httpConfigOf, httpVariables, requireKey } from '@kindred/shared/platform/http/http-config';
import { z } from 'zod';

/** Environment variables of the ingestion service. */
export const ingestionVariables = z
  .object({ ...httpVariables(8081), ...modelVariables, ...embeddingVariables, DATABASE_URL: databaseUrlSchema })
  .superRefine(requireKey);

/** Configuration of the ingestion service. */
export interface IngestionConfig extends HttpConfig, ModelConfig {
  /** Number of threads that embed. */
  readonly embeddingWorkers: number;
  readonly databaseUrl: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readIngestionConfig(environment: Readonly<Record<string, string | undefined>>): IngestionConfig {
  const read = readConfig(ingestionVariables, environment);
  return {
    ...httpConfigOf(read),
    ...modelConfigOf(read),
    embeddingWorkers: read.KINDRED_EMBEDDING_WORKERS,
    databaseUrl: read.DATABASE_URL,
  };
}
