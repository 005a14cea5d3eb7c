import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../dataset-folder/data-error.ts';

/** Files of a source that belong together. */
export interface FileSet {
  readonly folder: string;
  readonly names: readonly string[];
}

/** A file that exists, perhaps as `.gz`. */
export interface PlacedFile {
  readonly name: string;
  readonly path: string;
}

/** @returns The files in the order of their names, and the names of the missing ones, plain and as `.gz`. */
export async function findFiles({ folder, names }: FileSet): Promise<{
  readonly found: readonly PlacedFile[];
  readonly missing: readonly string[];
}> {
  const found: PlacedFile[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const path = (await presentPath(join(folder, name))) ?? (await presentPath(join(folder, `${name}.gz`)));
    if (path === undefined) missing.push(name);
    else found.push({ name: basename(path), path });
  }
  return { found, missing };
}

/**
 * Finds files that must all exist.
 * @param origin  Tells what the files are and where to get them, for the message.
 * @throws {DataError} naming every missing file.
 */
export async function requireFiles(files: FileSet, origin: string): Promise<readonly PlacedFile[]> {
  const { found, missing } = await findFiles(files);
  if (missing.length === 0) return found;
  throw new DataError(`${files.folder} lacks ${missing.join(', ')} (or the same as .gz). ${origin}`);
}

async function presentPath(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? path : undefined;
}
