import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { DataError } from '@kindred/cli/dataset-folder/data-error';
import { type DatasetInfo, readDatasetInfo } from '@kindred/cli/dataset-folder/dataset-info';
import { sha256 } from '@kindred/shared/hash';
import { REGISTERED_NAMES, registeredDataset, TRAIN_POSITIVES_MIN_DEFAULT } from './registry.ts';

/** A data set that is there. */
export interface FoundDataset {
  readonly folder: string;
  readonly info: DatasetInfo;
  /** Changes when any file of the data set does. */
  readonly hash: string;
  /** Users with fewer positives in training are not evaluated. */
  readonly trainPositivesMin: number;
}

/** A data set is not where it is looked for. The message says where to get it. */
class DatasetMissingError extends DataError {
  constructor(message: string) {
    super(message);
    this.name = 'DatasetMissingError';
  }
}

/**
 * Finds a data set by the name of its folder or by a path.
 * @param dataRoot  Where data sets lie that are asked for by name.
 * @throws {DatasetMissingError} when there is no such folder.
 * @throws {DataError} when the folder is no data set.
 */
export async function findDataset(given: string, dataRoot: string): Promise<FoundDataset> {
  const isPath = given.includes(sep) || isAbsolute(given);
  const folder = isPath ? resolve(given) : join(dataRoot, given);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new DatasetMissingError(missing(given, folder));
  const info = await readDatasetInfo(folder);
  const { trainPositivesMin } = registeredDataset(info.name) ?? { trainPositivesMin: TRAIN_POSITIVES_MIN_DEFAULT };
  return { folder, info, hash: hashOf(info), trainPositivesMin };
}

/**
 * Names of all data sets of a folder, in their order.
 * @throws {DataError} where there is none.
 */
export async function datasetNames(dataRoot: string): Promise<readonly string[]> {
  const entries = await readdir(dataRoot).catch(() => []);
  const isThere = await Promise.all(
    entries.map((name) => stat(join(dataRoot, name, 'dataset.json')).catch(() => undefined)),
  );
  const names = entries.filter((_, place) => isThere[place] !== undefined).sort();
  if (names.length === 0)
    throw new DataError(`${dataRoot} has no data set: set KINDRED_DATA to where they lie (docs/DATASETS.md)`);
  return names;
}

function hashOf({ files, positive }: DatasetInfo): string {
  const lines = Object.entries(files)
    .map(([name, sha256]) => `${name} ${sha256}\n`)
    .sort();
  return sha256(`${lines.join('')}positive ${positive.valueAtLeast}\n`);
}

function missing(name: string, folder: string): string {
  const known = registeredDataset(name);
  const lines = [`the data set "${name}" is not there: ${folder} is no folder.`];
  if (known === undefined) {
    lines.push(
      `Give a folder with --data, or set KINDRED_DATA to where ${REGISTERED_NAMES.join(' and ')} lie;`,
      '"npm run datasets" makes one of public files or of tables of your own (docs/DATASETS.md).',
    );
  } else {
    lines.push(
      `  what     ${known.title}`,
      `  source   ${known.source}`,
      `  licence  ${known.licence}`,
      '  files    sha256 of the uncompressed content:',
      ...Object.entries(known.files).map(([file, sha256]) => `    ${sha256}  ${file}`),
      'Put it there in the folder form of docs/DATASETS.md, or set KINDRED_DATA or --data to where it lies.',
    );
  }
  return lines.join('\n');
}
