import { resolve } from 'node:path';
import { readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';
import { type ClientConfig, readClientConfig } from '../config.ts';
import { callerSchema, workingFolderOf } from '../working-folder.ts';

const schema = callerSchema.extend({ KINDRED_DATA_DIR: z.string().default('.kindred') });

export interface ImportConfig extends ClientConfig {
  readonly stateFolder: string;
  /** What the path on the command line is relative to. */
  readonly workingFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readImportConfig(environment: Readonly<Record<string, string | undefined>>): ImportConfig {
  const read = readConfig(schema, environment);
  return {
    ...readClientConfig(environment),
    stateFolder: resolve(read.KINDRED_DATA_DIR, 'imports'),
    workingFolder: workingFolderOf(read, 'import'),
  };
}
