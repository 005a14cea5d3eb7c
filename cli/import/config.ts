import { resolve } from 'node:path';
import { readConfig } from '@kindred/shared/config';
import { z } from 'zod';
import { type ClientConfig, readClientConfig } from '../client-config.ts';

const schema = z.object({
  KINDRED_DATA_DIR: z.string().default('.kindred'),
  npm_lifecycle_event: z.string().optional(),
  INIT_CWD: z.string().optional(),
});

export interface ImportConfig extends ClientConfig {
  readonly stateFolder: string;
  /** What the path on the command line is relative to: npm itself changes to the project's folder. */
  readonly workingFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readImportConfig(environment: Readonly<Record<string, string | undefined>>): ImportConfig {
  const read = readConfig(schema, environment);
  const isRunByNpm = read.npm_lifecycle_event === 'import' && read.INIT_CWD !== undefined;
  return {
    ...readClientConfig(environment),
    stateFolder: resolve(read.KINDRED_DATA_DIR, 'imports'),
    workingFolder: isRunByNpm ? resolve(read.INIT_CWD ?? '') : process.cwd(),
  };
}
