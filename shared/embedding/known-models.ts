import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SpaceId } from '../id.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const modelSchema = z.strictObject({
  publisher: z.string(),
  origin: z.url(),
  licence: z.string(),
  description: z.string(),
  /** A commit of the repository, or `main` where none could be verified: each file's sha256 decides. */
  revision: z.string(),
  pooling: z.enum(['cls', 'mean']),
  prefixes: z.strictObject({ item: z.string(), query: z.string() }),
  dimensions: z.int(),
  tokensMax: z.int(),
  files: z.array(
    z.strictObject({
      path: z.string(),
      sha256: sha256Schema,
      bytes: z.int(),
      hub: z.strictObject({ repository: z.string(), path: z.string() }),
      maven: z.strictObject({ artifact: z.string(), path: z.string() }),
    }),
  ),
  /** Small files that set-up writes itself, from the model card. */
  written: z.record(z.string(), z.unknown()),
  golden: z.strictObject({ text: z.string(), embedding: z.array(z.number()) }),
});

/** A model that Kindred knows how to get, check and run. */
export type KnownModel = z.infer<typeof modelSchema> & { readonly name: string };

const models = z
  .record(z.string(), modelSchema)
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'models.json'), 'utf8')));

/** Names of all models in `models.json`. */
export const MODEL_NAMES: readonly string[] = Object.keys(models);
/** The model unless `KINDRED_MODEL` names another. */
export const DEFAULT_MODEL = 'bge-small-en-v1.5';

/** The model of this name; `undefined` if `models.json` has none. */
export function knownModel(name: string): KnownModel | undefined {
  return Object.hasOwn(models, name) ? { ...models[name]!, name } : undefined;
}

/** The space of a model: its name and the first digits of the sha256 of its weights, so that other weights are another space. */
export function spaceOf(model: KnownModel): SpaceId {
  const weights = model.files.find((file) => file.path.endsWith('.onnx'));
  if (weights === undefined) throw new Error(`the model ${model.name} has no weights`);
  return `${model.name}-${weights.sha256.slice(0, 12)}` as SpaceId;
}

/** The model that made a space, if it is a known one. */
export function modelOfSpace(space: string): KnownModel | undefined {
  return MODEL_NAMES.map((name) => knownModel(name)!).find((model) => spaceOf(model) === space);
}

/** Folder of a model's files, below that of all models. */
export function modelFolder(modelsFolder: string, model: KnownModel): string {
  return join(modelsFolder, model.name);
}
