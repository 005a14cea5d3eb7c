import { stat } from 'node:fs/promises';
import type { CatalogId } from '@kindred/shared/id';
import { DataError } from '../dataset-folder/data-error.ts';
import { datasetPlan } from './dataset-plan.ts';
import { filePlan } from './file-plan.ts';
import type { ImportPlan } from './import-plan.ts';

/**
 * Plans the import of a path, after reading it once from end to end.
 * @param path  Absolute.
 * @param catalog  `undefined` for the data set's name, or `main` for a file.
 * @throws {DataError} when it cannot be imported.
 */
export async function planOf(path: string, catalog: CatalogId | undefined): Promise<ImportPlan> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new DataError(`${path} is not there`);
  if (found.isDirectory()) return datasetPlan(path, catalog);
  if (found.isFile()) return filePlan(path, catalog);
  throw new DataError(`${path} is neither a file nor a folder: an import reads its input twice`);
}
