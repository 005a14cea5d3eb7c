import { resolve } from 'node:path';
import { readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';
import { type ClientConfig, readClientConfig } from '../client-config.ts';
import { callerSchema, workingFolderOf } from '../working-folder.ts';

/** Environment variables of `npm run import`, besides those of every command that talks to a server. */
export const importVariables = callerSchema.extend({
  KINDRED_DATA_DIR: z.string().default('.kindred').meta({
    description: 'Folder that keeps how far unfinished imports are, below `imports/`',
    range: 'a path',
  }),
});

/** Configuration of `npm run import`. */
export interface ImportConfig extends ClientConfig {
  /** Folder that keeps how far unfinished imports are. */
  readonly stateFolder: string;
  /** Folder that the path on the command line is relative to. */
  readonly workingFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readImportConfig(environment: Readonly<Record<string, string | undefined>>): ImportConfig {
  const read = readConfig(importVariables, environment);
  return {
    ...readClientConfig(environment),
    stateFolder: resolve(read.KINDRED_DATA_DIR, 'imports'),
    workingFolder: workingFolderOf(read, 'import'),
  };
}
