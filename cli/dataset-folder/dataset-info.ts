import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from './data-error.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256: 64 digits of 0-9 and a-f');

const filesSchema = z.object({
  'items.jsonl.gz': sha256Schema.optional(),
  'train.tsv.gz': sha256Schema,
  'test.tsv.gz': sha256Schema.optional(),
  'cold-items.txt': sha256Schema.optional(),
});

const datasetInfoSchema = z.object({
  name: z.string().min(1, 'must not be empty'),
  title: z.string().optional(),
  source: z.string().optional(),
  licence: z.string().optional(),
  /** A row with at least this value is a positive engagement. */
  positive: z.object({ valueAtLeast: z.number() }),
  /** True if each row has a time. */
  time: z.boolean(),
  counts: z.record(z.string(), z.int().min(0)).optional(),
  /** The sha256 of each file's uncompressed content. */
  files: filesSchema,
});

/** The content of `dataset.json`, which describes the data set beside it. */
export type DatasetInfo = z.infer<typeof datasetInfoSchema>;
/** Role of a file in a data set, by which `dataset.json` names it. */
export type DatasetFile = keyof DatasetInfo['files'];

const INFO_FILE = 'dataset.json';

/**
 * Reads `dataset.json` and makes sure that exactly the files that it names exist; their content is not read.
 * @throws {DataError} with every mistake in it.
 */
export async function readDatasetInfo(folder: string): Promise<DatasetInfo> {
  const parsed = datasetInfoSchema.safeParse(await readInfoFile(folder));
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || 'the whole'}: ${message}`);
    throw new DataError(`${join(folder, INFO_FILE)} does not describe a data set:\n${mistakes.join('\n')}`);
  }
  for (const name of filesSchema.keyof().options) {
    const isNamed = parsed.data.files[name] !== undefined;
    const isThere = await isFile(join(folder, name));
    if (isNamed && !isThere) throw new DataError(`${INFO_FILE} names ${name}, which is not in ${folder}`);
    if (isThere && !isNamed) throw new DataError(`${join(folder, name)} has no sha256 in ${INFO_FILE}`);
  }
  return parsed.data;
}

async function readInfoFile(folder: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(folder, INFO_FILE), 'utf8');
  } catch (error) {
    const isThere = await stat(folder).catch(() => undefined);
    const problem = isThere?.isDirectory() ? `has no ${INFO_FILE} that can be read` : 'is not there, or is no folder';
    throw new DataError(`the data-set folder ${folder} ${problem}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`${join(folder, INFO_FILE)} is not JSON`, { cause: error });
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}
