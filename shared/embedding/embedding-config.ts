import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { countSchema, folderSchema } from '../platform/config.ts';
import { DEFAULT_MODEL, type KnownModel, knownModel, MODEL_NAMES } from './known-models.ts';

/** The model that embeds and the folder of its files. */
export interface ModelConfig {
  readonly model: KnownModel;
  readonly modelsFolder: string;
}

const WORKERS_MAX = 8;

/** The variables of every process that embeds. */
export const modelVariables = {
  KINDRED_MODELS_DIR: folderSchema.optional().meta({
    description: 'Folder of the model files',
    shownDefault: '`.kindred/models`',
  }),
  KINDRED_MODEL: z
    .enum(MODEL_NAMES, { error: `must be one of ${MODEL_NAMES.join(', ')}` })
    .default(DEFAULT_MODEL)
    .transform((name) => knownModel(name)!)
    .meta({
      description:
        'Embedding model. After a change its space is filled beside the old one, which serves until the new one is full',
    }),
};

/** The variables of every process that embeds items. */
export const embeddingVariables = {
  KINDRED_EMBEDDING_WORKERS: countSchema.default(Math.min(availableParallelism(), WORKERS_MAX)).meta({
    description: 'Threads that embed items, at low priority',
    shownDefault: `number of cores, at most ${WORKERS_MAX}`,
  }),
};

/**
 * Shapes what was read.
 * @param modelsFolder  Folder that set-up puts models in, for want of `KINDRED_MODELS_DIR`.
 */
export function modelConfigOf(
  read: { readonly KINDRED_MODELS_DIR?: string | undefined; readonly KINDRED_MODEL: KnownModel },
  modelsFolder = resolve('.kindred', 'models'),
): ModelConfig {
  return { model: read.KINDRED_MODEL, modelsFolder: read.KINDRED_MODELS_DIR ?? modelsFolder };
}
