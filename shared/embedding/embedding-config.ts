import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { countSchema, folderSchema } from '../platform/config.ts';
import { DEFAULT_MODEL, type KnownModel, knownModel, MODEL_NAMES } from './known-models.ts';

/** Which model embeds, and where its files are. */
export interface ModelConfig {
  readonly model: KnownModel;
  readonly modelsFolder: string;
}

const WORKERS_MAX = 8;

/** The variables of every process that embeds. */
export const modelVariables = {
  KINDRED_MODELS_DIR: folderSchema.optional(),
  KINDRED_MODEL: z
    .enum(MODEL_NAMES, { error: `must be one of ${MODEL_NAMES.join(', ')}` })
    .default(DEFAULT_MODEL)
    .transform((name) => knownModel(name)!),
};

/** How many threads embed items. */
export const embeddingVariables = {
  KINDRED_EMBEDDING_WORKERS: countSchema.default(Math.min(availableParallelism(), WORKERS_MAX)),
};

/** @param modelsFolder  Where set-up puts models unless told otherwise. */
export function modelConfigOf(
  read: { readonly KINDRED_MODELS_DIR?: string | undefined; readonly KINDRED_MODEL: KnownModel },
  modelsFolder = resolve('.kindred', 'models'),
): ModelConfig {
  return { model: read.KINDRED_MODEL, modelsFolder: read.KINDRED_MODELS_DIR ?? modelsFolder };
}
