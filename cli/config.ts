import { resolve } from 'node:path';
import { folderSchema, readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';

const addressSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address, such as http://127.0.0.1:8080' })
  .transform((text) => new URL(text))
  .refine(({ username, search, hash }) => username + search + hash === '', 'must have no name, query or fragment')
  .transform(({ origin, pathname }) => origin + pathname.replace(/\/+$/, ''))
  .meta({ range: 'an http or https address' });

/** Environment variables of every command that talks to a server. */
export const clientVariables = z.object({
  KINDRED_URL: addressSchema.default('http://127.0.0.1:8080').meta({
    description: 'Address of the server; of ingestion, where the services are apart',
  }),
  KINDRED_RANKING_URL: addressSchema.optional().meta({
    description: 'Address for events and dead letters',
    shownDefault: '`KINDRED_URL`',
  }),
  KINDRED_TRAINER_URL: addressSchema.optional().meta({
    description: 'Address for trainings',
    shownDefault: '`KINDRED_URL`',
  }),
  KINDRED_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be of ASCII without spaces')
    .optional()
    .meta({ description: 'Key of the server, if it has one', range: 'ASCII without spaces' }),
});

/** Environment variables of the commands that read or write files. */
export const foldersVariables = z.object({
  KINDRED_DATA_DIR: folderSchema.default(resolve('.kindred')).meta({
    description:
      'Folder of the progress of unfinished imports, below `imports/`, and of prepared data sets, below `datasets/`',
    shownDefault: '`.kindred`',
  }),
  // npm's word for the script that it runs, and for the folder it was called in.
  npm_lifecycle_event: z.string().optional().meta({ isSetByTools: true }),
  INIT_CWD: folderSchema.optional().meta({ isSetByTools: true }),
});

const importVariables = clientVariables.extend(foldersVariables.shape);

/** The npm scripts whose command lines hold paths. */
const SCRIPTS_WITH_PATHS = ['kindred', 'import', 'datasets'];

type Environment = Readonly<Record<string, string | undefined>>;

/** The server's addresses, without a slash at the end, and its key. */
export interface ClientConfig {
  /** Serves catalogs and items. */
  readonly url: string;
  /** Serves events and dead letters; `url`, unless the services run apart. */
  readonly rankingUrl: string;
  /** Serves trainings; likewise. */
  readonly trainerUrl: string;
  readonly apiKey: string | undefined;
}

/** Settings of `kindred import`. */
export interface ImportConfig extends ClientConfig {
  /** Keeps the progress of unfinished imports. */
  readonly stateFolder: string;
  /** The folder that the path on the command line is relative to. */
  readonly workingFolder: string;
}

/** Settings of `kindred datasets`. */
export interface DatasetsConfig {
  /** Takes the data sets whose command names no other folder. */
  readonly datasetsFolder: string;
  /** The folder that the paths on the command line are relative to. */
  readonly workingFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readClientConfig(environment: Environment = process.env): ClientConfig {
  return clientConfigOf(readConfig(clientVariables, environment));
}

/** @throws {ConfigError} with every mistake at once. */
export function readImportConfig(environment: Environment = process.env): ImportConfig {
  const read = readConfig(importVariables, environment);
  return {
    ...clientConfigOf(read),
    stateFolder: resolve(read.KINDRED_DATA_DIR, 'imports'),
    workingFolder: workingFolderOf(read),
  };
}

/** @throws {ConfigError} with every mistake at once. */
export function readDatasetsConfig(environment: Environment = process.env): DatasetsConfig {
  const read = readConfig(foldersVariables, environment);
  return { datasetsFolder: resolve(read.KINDRED_DATA_DIR, 'datasets'), workingFolder: workingFolderOf(read) };
}

function clientConfigOf(read: z.infer<typeof clientVariables>): ClientConfig {
  const { KINDRED_URL: url, KINDRED_RANKING_URL: rankingUrl = url, KINDRED_TRAINER_URL: trainerUrl = url } = read;
  return { url, rankingUrl, trainerUrl, apiKey: read.KINDRED_API_KEY };
}

/** npm changes to the project's folder before it runs a script, and says where it was called. */
function workingFolderOf({ npm_lifecycle_event: script, INIT_CWD: called }: z.infer<typeof foldersVariables>): string {
  const isScript = script !== undefined && SCRIPTS_WITH_PATHS.includes(script);
  return isScript && called !== undefined ? called : process.cwd();
}
