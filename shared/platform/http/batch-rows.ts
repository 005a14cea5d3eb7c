import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { LIST_ROWS_MAX } from '../../api/batch.ts';
import type { RowsBody } from '../../api/route.ts';
import { type FieldProblem, Problem } from '../../problem.ts';
import { ROW_BYTES_MAX } from '../row-bytes.ts';
import { rowsOfList } from './json-list.ts';
import { JsonTextError, parseJsonText } from './json-text.ts';
import { fieldProblems } from './parse.ts';
import { decompressed, linesOf, type RawRow } from './row-stream.ts';

/** A row that was not stored, with its first mistake. */
export interface RejectedRow extends FieldProblem {
  /** From 1: the line of NDJSON, or the place in a JSON list. */
  readonly line: number;
}

/** A row of a batch: parsed, with its size in the body, or rejected. */
export type ParsedRow<Row extends z.ZodType> =
  | { readonly row: z.output<Row>; readonly bytes: number }
  | { readonly rejected: RejectedRow };

/** Reading stops at this many bad rows: a body can hold millions, and each is listed in the answer. */
export const REJECTED_MAX = 10_000;
/** Rows read before other requests have a turn. */
const ROWS_PER_TURN = 100;

/** The rows of a batch body of one route. */
export type BatchBody<Row extends z.ZodType> = RowsBody & { readonly row: Row };

/**
 * Reads NDJSON line by line as it streams.
 * @throws {Problem} for a body that cannot be read on.
 */
export async function* rowsOfLines<Row extends z.ZodType>(
  request: IncomingMessage,
  { row }: BatchBody<Row>,
): AsyncGenerator<ParsedRow<Row>> {
  let count = 0;
  for await (const raw of linesOf(decompressed(request))) {
    yield parseRow(raw, row, true);
    if (++count % ROWS_PER_TURN === 0) await setImmediate();
  }
}

/**
 * Reads a whole JSON list, so that nothing of a body that turns out not to be JSON is stored.
 * @throws {Problem} for a body that is not JSON of the form, or has too many rows, or too many bad ones.
 */
export async function rowsOfJson<Row extends z.ZodType>(
  request: IncomingMessage,
  { list, row }: BatchBody<Row>,
): Promise<readonly ParsedRow<Row>[]> {
  const rows: ParsedRow<Row>[] = [];
  let rejectedCount = 0;
  for await (const raw of rowsOfList(decompressed(request), list)) {
    const parsed = parseRow(raw, row, false);
    rows.push(parsed);
    if (rows.length > LIST_ROWS_MAX) {
      throw new Problem('too-large', `a JSON list may have ${LIST_ROWS_MAX} rows; NDJSON may have any number`);
    }
    if ('rejected' in parsed && ++rejectedCount === REJECTED_MAX) {
      throw new Problem('too-large', `${REJECTED_MAX} rows are bad; nothing is stored`);
    }
    if (rows.length % ROWS_PER_TURN === 0) await setImmediate();
  }
  return rows;
}

/** @throws {Problem} `invalid-json` for a row of a JSON list that is not JSON: the list is not JSON either. */
function parseRow<Row extends z.ZodType>({ line, bytes }: RawRow, schema: Row, isNdjson: boolean): ParsedRow<Row> {
  if (bytes === undefined) return { rejected: { line, field: '', reason: `is above ${ROW_BYTES_MAX} bytes` } };
  let value: unknown;
  try {
    value = parseJsonText(bytes);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    const { field = '', message: reason } = error;
    if (!isNdjson && error.field === undefined) throw new Problem('invalid-json', `row ${line} ${reason}`);
    return { rejected: { line, field, reason } };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { row: parsed.data, bytes: bytes.length };
  return { rejected: { line, ...fieldProblems(parsed.error)[0]! } };
}
