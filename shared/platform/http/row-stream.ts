import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Problem } from '../../problem.ts';
import { cutLines, linesIn } from '../line-cutter.ts';
import { isBlank } from '../row-bytes.ts';

/** One row of a batch before it is parsed. */
export interface RawRow {
  /** From 1: the line of NDJSON, or the place in a JSON list. */
  readonly line: number;
  /** `undefined` for a row above the limit, which is not held. */
  readonly bytes: Buffer | undefined;
}

const BODY_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Yields the bytes of a body, decompressed as they come, so that a gzip bomb costs no more than the limit.
 * @throws {Problem} `too-large` above 64 MiB decompressed, `invalid-encoding`, `unsupported-media-type`.
 */
export async function* decompressed(request: IncomingMessage): AsyncGenerator<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  const decoder = decoderOf(encoding);
  if (decoder !== undefined) {
    request.on('error', (error) => decoder.destroy(error));
    request.on('aborted', () => decoder.destroy(new Error('the connection broke')));
    request.pipe(decoder);
  }
  let size = 0;
  try {
    // A request that is destroyed takes its connection with it, and the answer could not be sent.
    for await (const chunk of decoder ?? request.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > BODY_BYTES_MAX)
        throw new Problem('too-large', `the body is above ${BODY_BYTES_MAX} bytes decompressed`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid-encoding', 'the body ended early or cannot be decompressed', { cause: error });
  } finally {
    if (decoder !== undefined) {
      request.unpipe(decoder);
      decoder.destroy();
    }
  }
}

function decoderOf(encoding: string): ReturnType<typeof createGunzip> | undefined {
  switch (encoding) {
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new Problem('unsupported-media-type', 'Content-Encoding must be gzip, deflate, br or identity', {
        fields: [{ field: 'Content-Encoding', reason: 'is not known here' }],
      });
  }
}

/** Cuts bytes into lines. Lines of white space alone are left out but counted; the last line needs no line end. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawRow> {
  let line = 0;
  for await (const batch of cutLines(chunks)) {
    for (const bytes of linesIn(batch)) {
      line++;
      if (bytes === undefined || !isBlank(bytes)) yield { line, bytes };
    }
  }
}
