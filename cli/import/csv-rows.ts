import { DataError } from '../dataset-folder/data-error.ts';
import { readLines } from '../dataset-folder/file-lines.ts';
import { type CsvColumns, columnsOf } from './csv-columns.ts';
import { type CsvRecord, CsvRecordReader, type Delimiter } from './csv-records.ts';
import { badRow, eventIdOf, type Row } from './row.ts';

export interface CsvOptions {
  readonly delimiter: Delimiter;
  readonly contentSha256: string;
  /** The last line to skip, at which a record ended; the header is read in any case. */
  readonly afterLine: number;
}

/**
 * Streams the rows of a CSV or TSV file in batches; the first record names the fields.
 * @throws {DataError} for a header that cannot be used.
 */
export async function* csvRows(path: string, options: CsvOptions): AsyncGenerator<readonly Row[]> {
  const reader = new CsvRecordReader(options.delimiter);
  let columns: CsvColumns | undefined;
  for await (const records of recordBatches(path, reader, options.afterLine)) {
    const rows: Row[] = [];
    for (const record of records) {
      if (columns === undefined) columns = headerOf(record, path);
      else if ('reason' in record) rows.push(badRow(record, record.reason));
      else if (record.cells.some((cell) => cell !== '')) rows.push(rowOf(record, columns, options.contentSha256));
    }
    if (rows.length > 0) yield rows;
  }
  if (columns === undefined) throw new DataError(`${path} is empty: its first line must name the fields`);
}

/** Streams the header's record, then the records after a line. */
async function* recordBatches(
  path: string,
  reader: CsvRecordReader,
  afterLine: number,
): AsyncGenerator<readonly CsvRecord[]> {
  let hasHeader = false;
  for await (const lines of readLines(path)) {
    let rest = lines;
    while (!hasHeader && rest.length > 0) {
      const header = reader.read(rest.slice(0, 1));
      rest = rest.slice(1);
      hasHeader = header.length > 0;
      if (hasHeader) yield header;
    }
    const records = reader.read(afterLine === 0 ? rest : rest.filter(({ line }) => line > afterLine));
    if (records.length > 0) yield records;
  }
  yield reader.end();
}

function headerOf(record: CsvRecord, path: string): CsvColumns {
  const where = `${path}:${record.line}`;
  if ('reason' in record) throw new DataError(`${where}: the header ${record.reason}`);
  return columnsOf(record.cells, where);
}

function rowOf(
  record: CsvRecord & { readonly cells: readonly string[] },
  { kind, count, fieldsOf }: CsvColumns,
  contentSha256: string,
): Row {
  const { line, lastLine, cells } = record;
  if (cells.length !== count) return badRow(record, `has ${cells.length} cells, the header ${count}`);
  const fields = fieldsOf(cells);
  const id = kind === 'event' && !Object.hasOwn(fields, 'id') ? { id: eventIdOf(contentSha256, line) } : undefined;
  return { kind, line, lastLine, json: JSON.stringify({ ...id, ...fields }) };
}
