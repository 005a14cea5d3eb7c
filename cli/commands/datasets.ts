import { parseArgs } from 'node:util';
import { type CatalogId, catalogIdSchema } from '@kindred/shared/id';
import { CommandError } from '../command-error.ts';
import { plainNumber } from '../dataset-folder/plain-number.ts';
import type { CsvItems, CsvOptions, ItemColumn } from '../datasets/csv-source.ts';

export const USAGE = `usage: npm run datasets -- prepare NAME SOURCE_FOLDER [--out FOLDER] [--name NAME] [OPTION …]

Makes a data-set folder, for \`npm run import\` and \`npm run bench -- ranking --data\`, from the files in SOURCE_FOLDER.

  goodbooks   books.csv, ratings.csv, book_tags.csv and tags.csv of goodbooks-10k
  movielens   ratings.csv and movies.csv, or ratings.dat and movies.dat, of a MovieLens edition
  csv         any table of interactions, .csv or .tsv, also with .gz:
    --interactions FILE --user COLUMN --item COLUMN
    --value COLUMN --positive NUMBER   a row with at least NUMBER is a positive engagement; without, every row is
    --at COLUMN                        when it happened; then the last tenth is the test, else a hashed fifth
    --items FILE --id COLUMN           a table of the items; rows of other items are bad then
    --title, --description, --creator, --tags, --categories, --created-at, --image-url COLUMN, --attribute COLUMN …
    --cold-items                       names a hashed tenth of the items for the new-item protocol
    --licence TEXT                     what dataset.json says of it

  --out FOLDER   what to make; default: .kindred/datasets and the data set's name (KINDRED_DATA_DIR moves .kindred)
  --name NAME    the data set's name; default: goodbooks, movielens, or the source folder's

Every bad row is told on stderr and left out.
Exit code: 0 all rows are in, 1 the folder is made but some rows were bad, 2 nothing is made.`;

/** What a data set is made from. */
export type SourceChoice =
  | { readonly kind: 'goodbooks' | 'movielens' }
  | { readonly kind: 'csv'; readonly options: CsvOptions };

export interface CommandLine {
  readonly source: SourceChoice;
  /** As given: the paths are relative to where the command was called. */
  readonly folder: string;
  readonly out: string | undefined;
  readonly name: CatalogId | undefined;
}

const GENERAL = ['out', 'name', 'help'];

/** Options that name a column of the items; each is called as the field in the API, in words. */
const ITEM_OPTIONS = [
  { option: 'id', field: 'id' },
  { option: 'title', field: 'title' },
  { option: 'description', field: 'description' },
  { option: 'creator', field: 'creator' },
  { option: 'tags', field: 'tags' },
  { option: 'categories', field: 'categories' },
  { option: 'created-at', field: 'createdAt' },
  { option: 'image-url', field: 'imageUrl' },
] as const;

/**
 * @returns `'help'` when that is asked for.
 * @throws {CommandError} for anything that is not of the usage.
 */
export function readCommandLine(words: readonly string[]): CommandLine | 'help' {
  const { values, positionals } = parsed(words);
  if (values.help) return 'help';
  const [verb, kind, folder, ...others] = positionals;
  if (verb !== 'prepare') throw usageError('say what to do: prepare');
  if (kind !== 'goodbooks' && kind !== 'movielens' && kind !== 'csv') {
    throw usageError('say what to prepare: goodbooks, movielens or csv');
  }
  if (folder === undefined || folder === '') throw usageError('say in which folder the files are');
  if (others.length > 0) throw usageError('one folder at a time');
  const foreign = Object.keys(values).filter((option) => kind !== 'csv' && !GENERAL.includes(option));
  if (foreign.length > 0) throw usageError(`${kind} has no option --${foreign.join(', --')}`);
  const source: SourceChoice = kind === 'csv' ? { kind, options: csvOptions(values) } : { kind };
  return { source, folder, out: values.out, name: values.name === undefined ? undefined : nameOf(values.name) };
}

type Values = ReturnType<typeof parsed>['values'];

function parsed(words: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        out: text,
        name: text,
        interactions: text,
        user: text,
        item: text,
        value: text,
        positive: text,
        at: text,
        items: text,
        id: text,
        title: text,
        description: text,
        creator: text,
        tags: text,
        categories: text,
        'created-at': text,
        'image-url': text,
        attribute: { type: 'string', multiple: true },
        'cold-items': { type: 'boolean' },
        licence: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function csvOptions(values: Values): CsvOptions {
  const { interactions, user, item, value, at, licence } = values;
  if (interactions === undefined || user === undefined || item === undefined) {
    throw usageError('csv needs --interactions, --user and --item');
  }
  const columns = { user, item, ...(value !== undefined && { value }), ...(at !== undefined && { at }) };
  return { interactions, columns, positiveFrom: positiveFrom(values), licence, items: csvItems(values) };
}

function positiveFrom({ value, positive }: Values): number {
  if (value === undefined && positive === undefined) return 1;
  if (value === undefined) throw usageError('--positive needs --value');
  const number = positive === undefined ? undefined : plainNumber(positive);
  if (number !== undefined) return number;
  throw usageError('--value needs --positive with a number: from which value on a row is a positive engagement');
}

function csvItems(values: Values): CsvItems | undefined {
  const columns: ItemColumn[] = [];
  for (const { option, field } of ITEM_OPTIONS) {
    const column = values[option];
    if (column !== undefined) columns.push({ field, column });
  }
  for (const column of values.attribute ?? []) columns.push({ field: `attributes.${column}`, column });
  const { items: file, id, 'cold-items': isColdWanted = false } = values;
  if (file === undefined && (columns.length > 0 || isColdWanted)) {
    throw usageError('the columns of items, and --cold-items, need --items');
  }
  if (file !== undefined && id === undefined) throw usageError('--items needs --id');
  return file === undefined ? undefined : { file, columns, isColdWanted };
}

function nameOf(name: string): CatalogId {
  const parsedName = catalogIdSchema.safeParse(name);
  if (parsedName.success) return parsedName.data;
  throw usageError(`--name ${parsedName.error.issues[0]?.message}`);
}

function usageError(problem: string): CommandError {
  return new CommandError(`${problem}\n\n${USAGE}`);
}
