import { resolve } from 'node:path';
import { readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';
import { callerSchema, workingFolderOf } from '../working-folder.ts';

const schema = callerSchema.extend({ KINDRED_DATA_DIR: z.string().default('.kindred') });

export interface DatasetsConfig {
  /** Where data sets are made that say nothing else. */
  readonly datasetsFolder: string;
  /** What the paths on the command line are relative to. */
  readonly workingFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readDatasetsConfig(environment: Readonly<Record<string, string | undefined>>): DatasetsConfig {
  const read = readConfig(schema, environment);
  return {
    datasetsFolder: resolve(read.KINDRED_DATA_DIR, 'datasets'),
    workingFolder: workingFolderOf(read, 'datasets'),
  };
}
