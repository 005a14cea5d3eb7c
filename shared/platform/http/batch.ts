import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { Problem } from '../../problem.ts';
import {
  type BatchBody,
  type ParsedRow,
  REJECTED_MAX,
  type RejectedRow,
  rowsOfJson,
  rowsOfLines,
} from './batch-rows.ts';

/** Rows that are stored together or not at all: this many, or as many as reach this many bytes. */
const CHUNK_ROWS = 500;
const CHUNK_BYTES = 1024 * 1024;

/** Stores rows together or not at all. @returns The token of the write. */
export type StoreRows<Row extends z.ZodType> = (rows: readonly z.output<Row>[]) => Promise<string>;

/** The outcome of a batch of which at least one row was stored. */
export interface BatchAnswer {
  /** Number of rows stored. */
  readonly accepted: number;
  /** By line. */
  readonly rejected: readonly RejectedRow[];
  /** Token of the last chunk. */
  readonly token: string;
}

/**
 * Reads a batch and stores its good rows in chunks of 500 rows, or of about 1 MiB. NDJSON is stored as it streams, so the
 * chunks of a stream that breaks stay stored; a JSON list is read whole first, and nothing of a list that is not JSON is
 * stored.
 *
 * @param store  Stores a chunk; an error of it ends the batch.
 * @throws {Problem} `nothing-accepted` when no row is good. A problem of the body itself says how much of NDJSON is stored.
 */
export async function acceptBatch<Row extends z.ZodType>(
  request: IncomingMessage,
  body: BatchBody<Row>,
  store: StoreRows<Row>,
): Promise<BatchAnswer> {
  const isNdjson = mediaTypeOf(request) === 'application/x-ndjson';
  const intake = new BatchIntake(store);
  try {
    for await (const row of isNdjson ? rowsOfLines(request, body) : await rowsOfJson(request, body)) {
      await intake.take(row);
    }
    await intake.flush();
  } catch (error) {
    if (!(error instanceof Problem) || !isNdjson) throw error;
    // The rows at hand were whole before the break: they are stored, and the answer says so.
    await intake.flush();
    const { code, message, fields, cause } = error;
    const { accepted, rejected, token } = intake;
    throw new Problem(code, message, { fields, cause, extra: { accepted, rejected, token } });
  }
  const { accepted, rejected, token } = intake;
  if (token === undefined) throw nothingAccepted(body.list, rejected);
  return { accepted, rejected, token };
}

/** The rows of one batch on their way into the store. */
class BatchIntake<Row extends z.ZodType> {
  readonly #store: StoreRows<Row>;
  readonly #rejected: RejectedRow[] = [];
  #chunk: z.output<Row>[] = [];
  #chunkBytes = 0;
  #accepted = 0;
  #token: string | undefined;

  constructor(store: StoreRows<Row>) {
    this.#store = store;
  }

  get accepted(): number {
    return this.#accepted;
  }

  get rejected(): readonly RejectedRow[] {
    return this.#rejected;
  }

  /** `undefined` until a chunk is stored. */
  get token(): string | undefined {
    return this.#token;
  }

  /** @throws {Problem} `too-large` at the last of too many bad rows. */
  async take(parsed: ParsedRow<Row>): Promise<void> {
    if ('rejected' in parsed) this.#rejected.push(parsed.rejected);
    else {
      this.#chunk.push(parsed.row);
      this.#chunkBytes += parsed.bytes;
    }
    if (this.#chunk.length === CHUNK_ROWS || this.#chunkBytes >= CHUNK_BYTES) await this.flush();
    if (this.#rejected.length === REJECTED_MAX) {
      throw new Problem('too-large', `${REJECTED_MAX} rows are bad; reading stopped at the last of them`);
    }
  }

  /** Stores the rows at hand. */
  async flush(): Promise<void> {
    if (this.#chunk.length === 0) return;
    this.#token = await this.#store(this.#chunk);
    this.#accepted += this.#chunk.length;
    this.#chunk = [];
    this.#chunkBytes = 0;
  }
}

function nothingAccepted(list: string, rejected: readonly RejectedRow[]): Problem {
  const first = rejected[0];
  return new Problem(
    'nothing-accepted',
    first ? `line ${first.line}, ${first.field || 'row'}: ${first.reason}` : `the batch has no rows`,
    { fields: first ? [first] : [{ field: list, reason: 'has no rows' }], extra: { accepted: 0, rejected } },
  );
}

/** @throws {Problem} `unsupported-media-type` for anything but the two forms of a batch. */
function mediaTypeOf(request: IncomingMessage): string {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json' || type === 'application/x-ndjson') return type;
  throw new Problem('unsupported-media-type', 'Content-Type must be application/json or application/x-ndjson', {
    fields: [{ field: 'Content-Type', reason: 'must be application/json or application/x-ndjson' }],
  });
}
