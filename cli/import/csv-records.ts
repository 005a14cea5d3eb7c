import { ROW_BYTES_MAX } from '@kindred/shared/platform/row-bytes';
import { CsvError, parse } from 'csv-parse/sync';
import type { FileLine, TextLine } from '../dataset-folder/file-lines.ts';

/** A record of CSV or TSV: its cells, or the reason why it has none; with its first and last line, from 1. */
export type CsvRecord =
  | { readonly line: number; readonly lastLine: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly lastLine: number; readonly reason: string };

/** The separator of cells, which may be quoted as RFC 4180 says. */
export type Delimiter = ',' | '\t';

/**
 * Puts the lines of a CSV or TSV file together to records, blank lines left out. A record with broken quotes costs its
 * first line alone: the lines after it are read as records of their own, so that one stray quote does not swallow the
 * rest of a file. Memory stays bounded for the same reason: a record ends at 1 MiB.
 */
export class CsvRecordReader {
  readonly #delimiter: Delimiter;
  /** The lines of a record whose last quoted field is still open. */
  #open: TextLine[] = [];
  #openLength = 0;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
  }

  /** Reads further lines. @returns The records that end with them. */
  read(lines: readonly FileLine[]): CsvRecord[] {
    const records: CsvRecord[] = [];
    const waiting = lines.toReversed();
    for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
      const again = this.#readLine(line, records);
      // Pushed one by one: as arguments of one call they could be too many.
      for (const earlier of again.toReversed()) waiting.push(earlier);
    }
    return records;
  }

  /** Ends the file. @returns Its last records, which leave no field open. */
  end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.#open.length > 0) {
      const again = this.#giveUp(records, UNCLOSED);
      for (const record of this.read(again)) records.push(record);
    }
    return records;
  }

  /** @returns Lines to read again, as records of their own. */
  #readLine(line: FileLine, records: CsvRecord[]): readonly FileLine[] {
    const isOpen = this.#open.length > 0;
    if ('reason' in line) {
      if (isOpen) return [...this.#giveUp(records, UNCLOSED), line];
      records.push({ line: line.line, lastLine: line.line, reason: line.reason });
      return [];
    }
    if (!isOpen && !line.text.includes('"')) {
      const text = withoutReturn(line.text);
      if (text.trim() !== '') records.push({ ...placeOf(line), cells: text.split(this.#delimiter) });
      return [];
    }
    this.#open.push(line);
    this.#openLength += line.text.length + 1;
    if (!endsInQuotes(line.text, this.#delimiter, isOpen)) return this.#close(records);
    return this.#openLength > ROW_BYTES_MAX ? this.#giveUp(records, UNCLOSED) : [];
  }

  #close(records: CsvRecord[]): readonly FileLine[] {
    const text = withoutReturn(this.#open.map((line) => line.text).join('\n'));
    const parsed = cellsOf(text, this.#delimiter);
    if ('reason' in parsed) return this.#giveUp(records, parsed.reason);
    const [first, last] = [this.#open[0]!, this.#open.at(-1)!];
    records.push({ line: first.line, lastLine: last.line, cells: parsed.cells });
    this.#open = [];
    this.#openLength = 0;
    return [];
  }

  #giveUp(records: CsvRecord[], reason: string): readonly FileLine[] {
    const [first, ...others] = this.#open;
    if (first !== undefined) records.push({ ...placeOf(first), reason });
    this.#open = [];
    this.#openLength = 0;
    return others;
  }
}

const UNCLOSED = 'opens a quote that is not closed';

function placeOf({ line }: TextLine): { line: number; lastLine: number } {
  return { line, lastLine: line };
}

/**
 * True if a line's end lies within a quoted field. False for a line with a misplaced quote: such a record is broken
 * whatever follows, and must not grow.
 */
function endsInQuotes(text: string, delimiter: Delimiter, beginsInQuotes: boolean): boolean {
  let isIn = beginsInQuotes;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    const next = text[at + 1];
    if (!isIn) {
      if (at > 0 && text[at - 1] !== delimiter) return false;
      isIn = true;
    } else if (next === '"') at++;
    else if (next === undefined || next === '\r' || next === delimiter) isIn = false;
    else return false;
  }
  return isIn;
}

function cellsOf(text: string, delimiter: Delimiter): { cells: readonly string[] } | { reason: string } {
  try {
    return { cells: parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true })[0] ?? [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { reason: reasonOf(error) };
  }
}

function reasonOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return UNCLOSED;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'has text between the end of a quoted field and the next separator';
    case 'INVALID_OPENING_QUOTE':
      return 'has a quote within a field that does not begin with one';
    default:
      return 'cannot be parsed';
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
