import { parseArgs } from 'node:util';
import { type CatalogId, catalogIdSchema } from '@kindred/shared/id';
import { CommandError } from '../command-error.ts';

export const USAGE = `usage: npm run import -- FILE_OR_FOLDER [--catalog NAME]

Loads items and events into a running Kindred.

  FILE      .jsonl, .ndjson, .csv or .tsv, also with .gz; rows with user and item are events, others items
  FOLDER    a data set: dataset.json with items.jsonl.gz and train.tsv.gz beside it
  --catalog the catalog to load into, made if it is not there; default: the data set's name, main for a file

  KINDRED_URL      the server; default http://127.0.0.1:8080
  KINDRED_API_KEY  its key, if it has one
  KINDRED_DATA_DIR where the progress of unfinished imports is kept; default .kindred

Every bad row is told on stderr. An import that was stopped goes on when the same command is given again.
Exit code: 0 all rows were accepted, 1 some were rejected, 2 the import could not be done.`;

export interface CommandLine {
  readonly path: string;
  readonly catalog: CatalogId | undefined;
}

/**
 * @returns `'help'` when that is asked for.
 * @throws {CommandError} for anything that is not of the usage.
 */
export function readCommandLine(words: readonly string[]): CommandLine | 'help' {
  const { values, positionals } = parsed(words);
  if (values.help) return 'help';
  const [path, ...others] = positionals;
  if (path === undefined || path === '') throw usageError('say which file or folder to import');
  if (others.length > 0) throw usageError('one file or folder at a time');
  return { path, catalog: values.catalog === undefined ? undefined : catalogOf(values.catalog) };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { catalog: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function catalogOf(name: string): CatalogId {
  const catalog = catalogIdSchema.safeParse(name);
  if (catalog.success) return catalog.data;
  throw usageError(`--catalog ${catalog.error.issues[0]?.message}`);
}

function usageError(problem: string): CommandError {
  return new CommandError(`${problem}\n\n${USAGE}`);
}
