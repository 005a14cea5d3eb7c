import { ROW_BYTES_MAX, RowBytes } from './row-bytes.ts';

/** The lines that ended within one chunk of a stream, without their `\n`. */
export interface LineBatch {
  /** The line that earlier chunks began; `undefined` for one above the limit of a row. */
  readonly first: Buffer | undefined;
  /** The lines after it, `\n` between them; `undefined` where there are none. */
  readonly others: Buffer | undefined;
}

const NEWLINE = 0x0a;

/**
 * Cuts a stream into lines at `\n`; the last needs none. They come in batches, so that a reader may decode the lines of
 * a chunk together, which is several times as fast as one by one. Memory: one chunk and one row's limit.
 */
export async function* cutLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineBatch> {
  const begun = new RowBytes();
  for await (const chunk of chunks) {
    const first = chunk.indexOf(NEWLINE);
    if (first !== -1) {
      const last = chunk.lastIndexOf(NEWLINE);
      begun.add(chunk.subarray(0, first));
      yield { first: begun.take(), others: last > first ? chunk.subarray(first + 1, last) : undefined };
      begun.add(chunk.subarray(last + 1));
    } else begun.add(chunk);
  }
  if (!begun.isEmpty()) yield { first: begun.take(), others: undefined };
}

/** The lines of a batch one by one; `undefined` for each above the limit of a row. */
export function* linesIn({ first, others }: LineBatch): Generator<Buffer | undefined> {
  yield first;
  if (others === undefined) return;
  for (let start = 0; start <= others.length; ) {
    const newline = others.indexOf(NEWLINE, start);
    const end = newline === -1 ? others.length : newline;
    yield end - start > ROW_BYTES_MAX ? undefined : others.subarray(start, end);
    start = end + 1;
  }
}
