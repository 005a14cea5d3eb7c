import { resolve } from 'node:path';
import { readConfig } from '@kindred/shared/config';
import { z } from 'zod';

const schema = z.object({
  KINDRED_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address, such as http://127.0.0.1:8080' })
    .default('http://127.0.0.1:8080')
    .transform((text) => new URL(text))
    .refine(({ username, search, hash }) => username + search + hash === '', 'must have no name, query or fragment')
    .transform(({ origin, pathname }) => origin + pathname.replace(/\/+$/, '')),
  KINDRED_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be of ASCII without spaces')
    .optional(),
  KINDRED_DATA_DIR: z.string().default('.kindred'),
  npm_lifecycle_event: z.string().optional(),
  INIT_CWD: z.string().optional(),
});

export interface ImportConfig {
  /** Without a slash at the end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly stateFolder: string;
  /** What the path on the command line is relative to: npm itself changes to the project's folder. */
  readonly workingFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readImportConfig(environment: Readonly<Record<string, string | undefined>>): ImportConfig {
  const read = readConfig(schema, environment);
  const isRunByNpm = read.npm_lifecycle_event === 'import' && read.INIT_CWD !== undefined;
  return {
    url: read.KINDRED_URL,
    apiKey: read.KINDRED_API_KEY,
    stateFolder: resolve(read.KINDRED_DATA_DIR, 'imports'),
    workingFolder: isRunByNpm ? resolve(read.INIT_CWD ?? '') : process.cwd(),
  };
}
