import type { FieldProblem } from '@kindred/shared/problem';
import { DataError } from '../dataset-folder/data-error.ts';
import { readLines } from '../dataset-folder/file-lines.ts';
import { type CsvRecord, CsvRecordReader, type Delimiter } from '../import/csv-records.ts';

/** A row of a source's file, or its problem; `line` from 1. */
export type TableRow =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly problem: FieldProblem };

/**
 * Reads the names of a table's columns, which are its first record.
 * @throws {DataError} when the file is empty or its first record broken.
 */
export async function headerOf(path: string): Promise<readonly string[]> {
  for await (const records of recordsOf(path)) {
    const [first] = records;
    if (first !== undefined) return namesIn(first, path);
  }
  throw new DataError(`${path} is empty: its first line must name the columns`);
}

/**
 * Streams a CSV or TSV file (also `.gz`) in batches.
 * @param columns  Names; the cells of a row come in this order, whatever the file's.
 * @throws {DataError} when the file lacks one of them.
 */
export async function* tableRows(path: string, columns: readonly string[]): AsyncGenerator<readonly TableRow[]> {
  const header = await headerOf(path);
  const places = columns.map((column) => header.indexOf(column));
  const lacking = columns.filter((_, index) => places[index] === -1);
  if (lacking.length > 0) {
    throw new DataError(`${path} has no column ${lacking.map(quoted).join(' and no ')}; it has ${header.join(', ')}`);
  }
  let isHeader = true;
  for await (const records of recordsOf(path)) {
    const rows: TableRow[] = [];
    for (const record of records) {
      if (!isHeader) rows.push(rowOf(record, header.length, places));
      isHeader = false;
    }
    if (rows.length > 0) yield rows;
  }
}

async function* recordsOf(path: string): AsyncGenerator<readonly CsvRecord[]> {
  const reader = new CsvRecordReader(delimiterOf(path));
  for await (const lines of readLines(path)) yield reader.read(lines);
  yield reader.end();
}

function delimiterOf(path: string): Delimiter {
  return /\.tsv(\.gz)?$/i.test(path) ? '\t' : ',';
}

function namesIn(record: CsvRecord, path: string): readonly string[] {
  if ('reason' in record) throw new DataError(`${path}:${record.line}: the header ${record.reason}`);
  return record.cells.map((name) => name.trim());
}

function rowOf(record: CsvRecord, columnCount: number, places: readonly number[]): TableRow {
  const { line } = record;
  if ('reason' in record) return { line, problem: { field: '', reason: record.reason } };
  const { cells } = record;
  if (cells.length !== columnCount) return { line, problem: cellCountProblem(cells.length, columnCount) };
  return { line, cells: places.map((place) => cells[place] ?? '') };
}

function cellCountProblem(count: number, columnCount: number): FieldProblem {
  return { field: '', reason: `has ${count} cells, the header ${columnCount}` };
}

function quoted(column: string): string {
  return JSON.stringify(column);
}
