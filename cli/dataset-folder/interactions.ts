import type { FieldProblem } from '@kindred/shared/problem';
import { DataError } from './data-error.ts';
import { type FileLine, readLines } from './file-lines.ts';
import { plainNumber } from './plain-number.ts';

/** A user's act on an item, as a data set has it: without a type, with a value. */
export interface Interaction {
  readonly user: string;
  readonly item: string;
  readonly value: number;
  /** ISO 8601; in all rows of a data set or in none. */
  readonly at?: string;
}

/** A row of the file, or its problem; `line` from 1, which is the header. */
export type InteractionLine =
  | { readonly line: number; readonly interaction: Interaction }
  | { readonly line: number; readonly problem: FieldProblem };

const HEADER = 'user\titem\tvalue';
const HEADER_WITH_TIME = `${HEADER}\tat`;

/**
 * Streams `train.tsv.gz` or `test.tsv.gz` in batches, in the file's order, blank lines left out. Cells are separated by
 * tabs and never quoted: no id contains a tab or a line end.
 * @throws {DataError} for any other header.
 */
export async function* readInteractions(path: string): AsyncGenerator<readonly InteractionLine[]> {
  let columnCount = 0;
  for await (const lines of readLines(path)) {
    const rows: InteractionLine[] = [];
    for (const line of lines) {
      if (line.line === 1) columnCount = columnCountOf(line, path);
      else if ('reason' in line) rows.push({ line: line.line, problem: { field: '', reason: line.reason } });
      else if (line.text.trim() !== '') rows.push(rowOf(line.line, withoutReturn(line.text), columnCount));
    }
    if (rows.length > 0) yield rows;
  }
  if (columnCount === 0) throw wrongHeader(path);
}

function columnCountOf(header: FileLine, path: string): number {
  const text = 'text' in header ? withoutReturn(header.text) : '';
  if (text === HEADER) return 3;
  if (text === HEADER_WITH_TIME) return 4;
  throw wrongHeader(path);
}

function wrongHeader(path: string): DataError {
  return new DataError(`${path} must begin with the line "user item value" or "user item value at", tabs between`);
}

function rowOf(line: number, text: string, columnCount: number): InteractionLine {
  const cells = text.split('\t');
  if (cells.length !== columnCount) {
    return { line, problem: { field: '', reason: `has ${cells.length} cells, the header ${columnCount}` } };
  }
  const [user = '', item = '', valueText = '', at] = cells;
  const value = plainNumber(valueText);
  if (value === undefined) return { line, problem: { field: 'value', reason: 'must be a number' } };
  return { line, interaction: at === undefined ? { user, item, value } : { user, item, value, at } };
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
