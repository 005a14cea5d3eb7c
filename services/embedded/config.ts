import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { countSchema, logLevelSchema, namesSchema, portSchema, readConfig } from '@kindred/shared/config';
import { DEFAULT_MODEL, MODEL_NAMES } from '@kindred/shared/embedding/known-models';
import { z } from 'zod';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const EMBEDDING_WORKERS_MAX = 8;

const schema = z
  .object({
    PORT: portSchema.default(8080),
    HOST: z.string().default('127.0.0.1'),
    KINDRED_DATA_DIR: z
      .string()
      .default('.kindred')
      .transform((path) => resolve(path)),
    KINDRED_MODELS_DIR: z.string().optional(),
    KINDRED_API_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
    KINDRED_HOSTS: namesSchema.default([]),
    KINDRED_MODEL: z.enum(MODEL_NAMES, { error: `must be one of ${MODEL_NAMES.join(', ')}` }).default(DEFAULT_MODEL),
    KINDRED_EMBEDDING_WORKERS: countSchema.default(Math.min(availableParallelism(), EMBEDDING_WORKERS_MAX)),
    KINDRED_DEMO: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
    LOG_LEVEL: logLevelSchema.default('warn'),
  })
  .superRefine(({ HOST, KINDRED_API_KEY }, context) => {
    if (!LOOPBACK.has(HOST) && KINDRED_API_KEY === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['HOST'],
        message: `is ${HOST}: what others can reach needs KINDRED_API_KEY, a key of your own of at least 16 characters`,
      });
    }
  });

export interface EmbeddedConfig {
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly modelsFolder: string;
  readonly apiKey: string | undefined;
  readonly hosts: readonly string[];
  readonly modelName: string;
  readonly embeddingWorkers: number;
  readonly hasDemo: boolean;
  readonly logLevel: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readEmbeddedConfig(environment: Readonly<Record<string, string | undefined>>): EmbeddedConfig {
  const read = readConfig(schema, environment);
  return {
    port: read.PORT,
    host: read.HOST,
    dataFolder: read.KINDRED_DATA_DIR,
    modelsFolder: resolve(read.KINDRED_MODELS_DIR ?? join(read.KINDRED_DATA_DIR, 'models')),
    apiKey: read.KINDRED_API_KEY,
    hosts: [...read.KINDRED_HOSTS, ...(LOOPBACK.has(read.HOST) ? [] : [read.HOST])],
    modelName: read.KINDRED_MODEL,
    embeddingWorkers: read.KINDRED_EMBEDDING_WORKERS,
    hasDemo: read.KINDRED_DEMO === 'on',
    logLevel: read.LOG_LEVEL,
  };
}
