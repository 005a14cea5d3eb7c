import { join, resolve } from 'node:path';
import { type IndexEngineName, indexEngineVariables } from '@kindred/index/index-variables';
import {
  embeddingVariables,
  type ModelConfig,
  modelConfigOf,
  modelVariables,
} from '@kindred/shared/embedding/embedding-config';
import { folderSchema, readConfig } from '@kindred/shared/platform/config';
import { type HttpConfig, httpConfigOf, httpVariables, requireKey } from '@kindred/shared/platform/http/http-config';
import { trainingVariables } from '@kindred/trainer/training-variables';
import { z } from 'zod';

/** Environment variables of the standalone mode. */
export const standaloneVariables = z
  .object({
    ...httpVariables(8080),
    ...modelVariables,
    ...embeddingVariables,
    ...indexEngineVariables,
    ...trainingVariables,
    KINDRED_MODELS_DIR: modelVariables.KINDRED_MODELS_DIR.meta({ shownDefault: '`models` in `KINDRED_DATA_DIR`' }),
    KINDRED_DATA_DIR: folderSchema.default(resolve('.kindred')).meta({
      description: 'Folder of everything that it keeps: database, snapshots of the index, model files',
      shownDefault: '`.kindred`',
    }),
    KINDRED_DEMO: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on').meta({
      description: '`off` leaves the demo catalog out',
    }),
  })
  .superRefine(requireKey);

/** Configuration of the standalone mode. */
export interface StandaloneConfig extends HttpConfig, ModelConfig {
  readonly dataFolder: string;
  /** Number of threads that embed. */
  readonly embeddingWorkers: number;
  /** As `TrainerConfig` has it. */
  readonly trainingHours: number;
  readonly indexEngine: IndexEngineName;
  readonly hasDemo: boolean;
}

/** @throws {ConfigError} with every mistake at once. */
export function readStandaloneConfig(environment: Readonly<Record<string, string | undefined>>): StandaloneConfig {
  const read = readConfig(standaloneVariables, environment);
  const dataFolder = read.KINDRED_DATA_DIR;
  return {
    ...httpConfigOf(read),
    ...modelConfigOf(read, join(dataFolder, 'models')),
    dataFolder,
    embeddingWorkers: read.KINDRED_EMBEDDING_WORKERS,
    trainingHours: read.KINDRED_TRAINING_HOURS,
    indexEngine: read.KINDRED_INDEX_ENGINE,
    hasDemo: read.KINDRED_DEMO === 'on',
  };
}
