import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DataError } from '../dataset-folder/data-error.ts';
import type { DatasetFile, DatasetInfo } from '../dataset-folder/dataset-info.ts';

/** A data-set folder in the making, under another name until it is whole. */
export interface DatasetDraft {
  /** The folder under its first name; other files may lie there until it is finished. */
  readonly folder: string;
  /** Writes one of its files, compressed if the name ends in `.gz`; the same texts give the same bytes. */
  write(name: DatasetFile, texts: Iterable<string> | AsyncIterable<string>): Promise<void>;
  /** Adds `dataset.json` and gives the folder its name. @throws {DataError} when that name was taken meanwhile. */
  finish(info: Omit<DatasetInfo, 'files'>): Promise<void>;
  /** Deletes the draft; a finished folder stays. The end of the process deletes it too. */
  discard(): void;
}

/**
 * Begins a data-set folder.
 * @param out  Absolute; its parents are made.
 * @throws {DataError} when it is there already.
 */
export async function draftDataset(out: string): Promise<DatasetDraft> {
  await refuseTaken(out);
  await mkdir(dirname(out), { recursive: true });
  const folder = `${out}.preparing-${randomBytes(4).toString('hex')}`;
  await mkdir(folder);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const files = new Map<DatasetFile, string>();
  return {
    folder,
    write: async (name, texts) => void files.set(name, await writeContent(join(folder, name), texts)),
    finish: async (info) => {
      const described = { ...info, files: Object.fromEntries([...files].toSorted()) };
      await writeFile(join(folder, 'dataset.json'), `${JSON.stringify(described, undefined, 2)}\n`);
      await refuseTaken(out);
      await rename(folder, out);
      process.off('exit', remove);
    },
    discard: () => {
      process.off('exit', remove);
      remove();
    },
  };
}

async function refuseTaken(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found !== undefined) throw new DataError(`${out} is there already: delete it, or name another with --out`);
}

/** @returns The sha256 of the content. */
async function writeContent(path: string, texts: Iterable<string> | AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256');
  const content = async function* (): AsyncGenerator<Buffer> {
    for await (const text of texts) {
      const bytes = Buffer.from(text);
      hash.update(bytes);
      yield bytes;
    }
  };
  const encode = path.endsWith('.gz') ? createGzip() : new PassThrough();
  await pipeline(content, encode, createWriteStream(path, { flags: 'wx' }));
  return hash.digest('hex');
}
