import { join } from 'node:path';
import { DataError } from './data-error.ts';
import type { DatasetFile, DatasetInfo } from './dataset-info.ts';
import { type ContentDigest, digestOf } from './file-content.ts';

/** A file of a data set whose content has the checksum of `dataset.json`. */
export interface VerifiedFile extends ContentDigest {
  readonly path: string;
}

/**
 * Reads a file of a data set once and compares its checksum.
 * @throws {DataError} when the checksums differ, or the data set has no such file.
 */
export async function verifiedFile(folder: string, info: DatasetInfo, name: DatasetFile): Promise<VerifiedFile> {
  const wanted = info.files[name];
  if (wanted === undefined) throw new DataError(`the data set ${info.name} has no ${name}`);
  const path = join(folder, name);
  const digest = await digestOf(path);
  if (digest.sha256 === wanted) return { path, ...digest };
  throw new DataError(
    `${path} is not the file that dataset.json describes: the sha256 of its uncompressed content is ${digest.sha256}, ` +
      `not ${wanted}. Fetch the data set again, or correct dataset.json if you changed the file yourself`,
  );
}
