import { basename, dirname, resolve } from 'node:path';
import { DataError } from '../dataset-folder/data-error.ts';
import { columnsOf } from '../import/csv-columns.ts';
import { columnNames, type InteractionColumns } from './interaction-row.ts';
import { momentMsOf, momentText } from './moment.ts';
import { type ItemRow, itemRows, type Source, type SourceFile } from './source.ts';
import { findFiles } from './source-files.ts';
import { tableRows } from './table-rows.ts';

/** A table of interactions, and perhaps one of items, with the names of their columns. */
export interface CsvOptions {
  /** Relative to the source's folder, or absolute. */
  readonly interactions: string;
  readonly columns: InteractionColumns;
  /** The least value of a positive engagement, which only the owner of the table knows. */
  readonly positiveFrom: number;
  readonly licence: string | undefined;
  readonly items: CsvItems | undefined;
}

/** The table of items of a CSV source. */
export interface CsvItems {
  readonly file: string;
  readonly columns: readonly ItemColumn[];
  /** True to name a tenth of the items for the new-item protocol. */
  readonly isColdWanted: boolean;
}

/** A column that becomes a field of an item; `attributes.year` is the attribute `year`. */
export interface ItemColumn {
  readonly field: string;
  readonly column: string;
}

const SALT = 'csv1';
const LICENCE_UNKNOWN = 'not stated';

/**
 * Opens tables of the user's own: CSV, or TSV by the file's name.
 * @param name  The data set's.
 * @throws {DataError} when a file is missing.
 */
export async function csvSource(folder: string, name: string, options: CsvOptions): Promise<Source> {
  const { interactions, columns, positiveFrom, licence = LICENCE_UNKNOWN, items } = options;
  return {
    name,
    title: name,
    source: basename(interactions),
    licence,
    positiveFrom,
    split: columns.at === undefined ? { by: 'hash', salt: SALT } : { by: 'time' },
    ...(items?.isColdWanted && { coldSalt: SALT }),
    ...(items !== undefined && { items: itemFile(await presentFile(folder, items.file), items.columns) }),
    columns,
    interactions: interactionFile(await presentFile(folder, interactions), columns),
  };
}

async function presentFile(folder: string, file: string): Promise<string> {
  const path = resolve(folder, file);
  const { found } = await findFiles({ folder: dirname(path), names: [basename(path)] });
  if (found[0] !== undefined) return found[0].path;
  throw new DataError(`${path} is not there, nor is ${path}.gz`);
}

function interactionFile(path: string, columns: InteractionColumns): Source['interactions'] {
  return { name: basename(path), path, rows: () => tableRows(path, columnNames(columns)) };
}

function itemFile(path: string, columns: readonly ItemColumn[]): SourceFile<ItemRow> {
  const names = columns.map(({ column }) => column);
  const { fieldsOf } = columnsOf(
    columns.map(({ field }) => field),
    path,
  );
  const rows = (): AsyncGenerator<readonly ItemRow[]> =>
    itemRows(tableRows(path, names), (cells) => withMoment(fieldsOf(cells)));
  return { name: basename(path), path, rows };
}

/** Tables write times in more ways than the API reads. */
function withMoment(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { createdAt } = fields;
  const ms = typeof createdAt === 'string' ? momentMsOf(createdAt) : undefined;
  return ms === undefined ? fields : { ...fields, createdAt: momentText(ms) };
}
