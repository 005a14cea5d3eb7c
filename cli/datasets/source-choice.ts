import { plainNumber } from '../dataset-folder/plain-number.ts';
import type { CsvItems, CsvOptions, ItemColumn } from './csv-source.ts';

/** Kinds of source that a data set can be made from. */
export const SOURCE_KINDS = ['goodbooks', 'movielens', 'csv'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** The source of a data set, with what its tables call their columns. */
export type SourceChoice =
  | { readonly kind: 'goodbooks' | 'movielens' }
  | { readonly kind: 'csv'; readonly options: CsvOptions };

/** The fields of an item that a column can hold, apart from attributes. */
export const ITEM_FIELDS = [
  'id',
  'title',
  'description',
  'creator',
  'tags',
  'categories',
  'createdAt',
  'imageUrl',
] as const;

/** The options that belong to `csv` alone, as given; absent where they were not. */
export interface CsvValues extends Readonly<Partial<Record<(typeof ITEM_FIELDS)[number], string>>> {
  readonly interactions?: string;
  readonly user?: string;
  readonly item?: string;
  readonly value?: string;
  readonly positive?: string;
  readonly at?: string;
  readonly items?: string;
  readonly attribute?: readonly string[];
  readonly coldItems?: true;
  readonly licence?: string;
}

/** Refuses a command line, with the usage. */
export type Refuse = (problem: string) => never;

/**
 * Reads the choice of a source from a command line.
 * @param values  Those of `csv` only.
 */
export function sourceChoiceOf(kind: SourceKind, values: CsvValues, refuse: Refuse): SourceChoice {
  if (kind === 'csv') return { kind, options: csvOptions(values, refuse) };
  const foreign = Object.keys(values);
  if (foreign.length > 0) refuse(`${kind} has no option ${foreign.map(optionName).join(', ')}`);
  return { kind };
}

function csvOptions(values: CsvValues, refuse: Refuse): CsvOptions {
  const { interactions, user, item, value, at, licence } = values;
  if (interactions === undefined || user === undefined || item === undefined) {
    return refuse('csv needs --interactions, --user and --item');
  }
  const columns = { user, item, ...(value !== undefined && { value }), ...(at !== undefined && { at }) };
  const items = csvItems(values, refuse);
  return { interactions, columns, positiveFrom: positiveFrom(values, refuse), licence, items };
}

function positiveFrom({ value, positive }: CsvValues, refuse: Refuse): number {
  if (value === undefined && positive === undefined) return 1;
  if (value === undefined) return refuse('--positive needs --value');
  const number = positive === undefined ? undefined : plainNumber(positive);
  if (number !== undefined) return number;
  return refuse('--value needs --positive with a number: the least value of a positive engagement');
}

function csvItems(values: CsvValues, refuse: Refuse): CsvItems | undefined {
  const columns: ItemColumn[] = [];
  for (const field of ITEM_FIELDS) {
    const column = values[field];
    if (column !== undefined) columns.push({ field, column });
  }
  for (const column of values.attribute ?? []) columns.push({ field: `attributes.${column}`, column });
  const { items: file, id, coldItems: isColdWanted = false } = values;
  if (file === undefined && (columns.length > 0 || isColdWanted)) {
    return refuse('the columns of items, and --cold-items, need --items');
  }
  if (file !== undefined && id === undefined) return refuse('--items needs --id');
  return file === undefined ? undefined : { file, columns, isColdWanted };
}

/** `createdAt` is given as `--created-at`. */
export function optionName(value: string): string {
  return `--${value.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
