import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { RowsBody } from '../../api/route.ts';
import { type FieldProblem, Problem } from '../../problem.ts';
import { ROW_BYTES_MAX } from '../row-bytes.ts';
import { rowsOfList } from './json-list.ts';
import { JsonTextError, parseJsonText } from './json-text.ts';
import { fieldProblems } from './parse.ts';
import { decompressed, linesOf, type RawRow } from './row-stream.ts';

export interface RejectedRow extends FieldProblem {
  /** From 1: the line of NDJSON, or the place in a JSON list. */
  readonly line: number;
}

/** Rows that are stored together or not at all: so many, or as many as come to so many bytes. */
const CHUNK_ROWS = 500;
const CHUNK_BYTES = 1024 * 1024;
/** Reading stops at so many bad rows: a body can hold millions, and each is listed in the answer. */
const REJECTED_MAX = 10_000;
/** A list is held whole until its end is seen to be JSON. */
const LIST_ROWS_MAX = 100_000;
/** Rows read before other requests have a turn. */
const ROWS_PER_TURN = 100;

/**
 * Reads a batch and stores its good rows in chunks of 500, or of about 1 MiB. NDJSON is stored as it streams, so what was stored of a stream
 * that breaks stays stored; a JSON list is read whole first, and nothing of it is stored when it is not JSON.
 *
 * @param store  Stores a chunk and returns its token; what it throws ends the batch.
 * @returns How many rows were stored, the bad ones, and the token of the last chunk.
 * @throws {Problem} `nothing-accepted` when no row is good; else whatever broke the body, told with what was stored.
 */
export async function acceptBatch<Row extends z.ZodType>(
  request: IncomingMessage,
  body: RowsBody & { readonly row: Row },
  store: (rows: readonly z.output<Row>[]) => Promise<string>,
): Promise<{ accepted: number; rejected: RejectedRow[]; token: string }> {
  const isNdjson = mediaTypeOf(request) === 'application/x-ndjson';
  const rejected: RejectedRow[] = [];
  let chunk: z.output<Row>[] = [];
  let chunkBytes = 0;
  let accepted = 0;
  let token: string | undefined;

  const flush = async (): Promise<void> => {
    if (chunk.length === 0) return;
    token = await store(chunk);
    accepted += chunk.length;
    chunk = [];
    chunkBytes = 0;
  };

  try {
    for await (const parsed of isNdjson ? linesParsed(request, body.row) : await listParsed(request, body)) {
      if ('problem' in parsed) rejected.push(parsed.problem);
      else {
        chunk.push(parsed.row);
        chunkBytes += parsed.bytes;
      }
      if (chunk.length === CHUNK_ROWS || chunkBytes >= CHUNK_BYTES) await flush();
      if (rejected.length % ROWS_PER_TURN === ROWS_PER_TURN - 1) await setImmediate();
      if (rejected.length === REJECTED_MAX) {
        throw new Problem('too-large', `${REJECTED_MAX} rows are bad; reading stopped at the last of them`);
      }
    }
    await flush();
  } catch (error) {
    if (!(error instanceof Problem) || !isNdjson) throw error;
    // Before a break the rows at hand were whole: they are stored, and the answer says what is.
    await flush();
    const { code, message, fields, cause } = error;
    throw new Problem(code, message, { fields, cause, extra: { accepted, rejected, token } });
  }
  if (token === undefined) {
    const first = rejected[0];
    throw new Problem(
      'nothing-accepted',
      first ? `line ${first.line}, ${first.field || 'row'}: ${first.reason}` : `the batch has no rows`,
      { fields: first ? [first] : [{ field: body.list, reason: 'has no rows' }], extra: { accepted: 0, rejected } },
    );
  }
  return { accepted, rejected, token };
}

/** @throws {Problem} `unsupported-media-type` for anything but the two forms of a batch. */
function mediaTypeOf(request: IncomingMessage): string {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json' || type === 'application/x-ndjson') return type;
  throw new Problem('unsupported-media-type', 'Content-Type must be application/json or application/x-ndjson', {
    fields: [{ field: 'Content-Type', reason: 'must be application/json or application/x-ndjson' }],
  });
}

type ParsedRow<Row extends z.ZodType> =
  | { readonly row: z.output<Row>; readonly bytes: number }
  | { readonly problem: RejectedRow };

async function* linesParsed<Row extends z.ZodType>(
  request: IncomingMessage,
  schema: Row,
): AsyncGenerator<ParsedRow<Row>> {
  for await (const raw of linesOf(decompressed(request))) yield parseRow(raw, schema, true);
}

async function listParsed<Row extends z.ZodType>(
  request: IncomingMessage,
  { list, row }: RowsBody & { readonly row: Row },
): Promise<readonly ParsedRow<Row>[]> {
  const rows: ParsedRow<Row>[] = [];
  let rejectedCount = 0;
  for await (const raw of rowsOfList(decompressed(request), list)) {
    const parsed = parseRow(raw, row, false);
    rows.push(parsed);
    if (rows.length > LIST_ROWS_MAX) {
      throw new Problem('too-large', `a JSON list may have ${LIST_ROWS_MAX} rows; NDJSON may have any number`);
    }
    if (rows.length % ROWS_PER_TURN === 0) await setImmediate();
    if ('problem' in parsed && ++rejectedCount === REJECTED_MAX) {
      throw new Problem('too-large', `${REJECTED_MAX} rows are bad; nothing is stored`);
    }
  }
  return rows;
}

function parseRow<Row extends z.ZodType>({ line, bytes }: RawRow, schema: Row, isNdjson: boolean): ParsedRow<Row> {
  if (bytes === undefined) return { problem: { line, field: '', reason: `is above ${ROW_BYTES_MAX} bytes` } };
  let value: unknown;
  try {
    value = parseJsonText(bytes);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    const { field = '', message: reason } = error;
    // A list with a row that is not JSON is not JSON itself.
    if (!isNdjson && error.field === undefined) throw new Problem('invalid-json', `row ${line} ${reason}`);
    return { problem: { line, field, reason } };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { row: parsed.data, bytes: bytes.length };
  return { problem: { line, ...fieldProblems(parsed.error)[0]! } };
}
