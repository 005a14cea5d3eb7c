import { resolve } from 'node:path';
import { readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';
import { callerSchema, workingFolderOf } from '../working-folder.ts';

/** Environment variables of `npm run datasets`. */
export const datasetsVariables = callerSchema.extend({
  KINDRED_DATA_DIR: z.string().default('.kindred').meta({
    description: 'Folder that prepared data sets go to, below `datasets/`',
    range: 'a path',
  }),
});

/** Configuration of `npm run datasets`. */
export interface DatasetsConfig {
  /** Folder of data sets that are made without `--out`. */
  readonly datasetsFolder: string;
  /** Folder that paths on the command line are relative to. */
  readonly workingFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readDatasetsConfig(environment: Readonly<Record<string, string | undefined>>): DatasetsConfig {
  const read = readConfig(datasetsVariables, environment);
  return {
    datasetsFolder: resolve(read.KINDRED_DATA_DIR, 'datasets'),
    workingFolder: workingFolderOf(read, 'datasets'),
  };
}
