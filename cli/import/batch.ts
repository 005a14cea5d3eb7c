import type { BadRow, GoodRow, Row, RowKind } from './row.ts';

/** Rows that are acknowledged together: at most one request of items and one of events. */
export interface Batch {
  readonly good: Readonly<Record<RowKind, readonly GoodRow[]>>;
  readonly bad: readonly BadRow[];
  readonly lastLine: number;
}

const BATCH_ROWS_MAX = 1_000;
/** One more row may come on top: it is at most 1 MiB, so a body stays below 8 MiB. */
const BATCH_BYTES_MIN = 6 * 1024 * 1024;

/** Cuts rows into batches in their order. Items and events may alternate without making requests smaller. */
export async function* batchesOf(rowBatches: AsyncIterable<readonly Row[]>): AsyncGenerator<Batch> {
  let batch = emptyBatch();
  for await (const rows of rowBatches) {
    for (const row of rows) {
      if (row.kind === 'bad') batch.bad.push(row);
      else {
        batch.good[row.kind].push(row);
        batch.bytes += Buffer.byteLength(row.json) + 1;
      }
      batch.lastLine = row.lastLine;
      batch.rows++;
      if (batch.rows === BATCH_ROWS_MAX || batch.bytes >= BATCH_BYTES_MIN) {
        yield batch;
        batch = emptyBatch();
      }
    }
  }
  if (batch.rows > 0) yield batch;
}

function emptyBatch() {
  const good: Record<RowKind, GoodRow[]> = { item: [], event: [] };
  const bad: BadRow[] = [];
  return { good, bad, lastLine: 0, rows: 0, bytes: 0 };
}

/** Reads one value ahead of its reader, so that a file is read while a request is on its way. */
export async function* readAhead<Value>(values: AsyncGenerator<Value>): AsyncGenerator<Value> {
  let next = values.next();
  try {
    for (let { done, value } = await next; !done; { done, value } = await next) {
      next = values.next();
      // A failure is thrown when its turn comes.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await values.return(undefined);
  }
}
