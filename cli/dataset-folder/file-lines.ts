import { isUtf8 } from 'node:buffer';
import { cutLines, type LineBatch, linesIn } from '@kindred/shared/platform/line-cutter';
import { ROW_BYTES_MAX } from '@kindred/shared/platform/row-bytes';
import { contentOf } from './file-content.ts';

/** A line without its `\n`; a `\r` before that is kept, because a quoted CSV field may contain one. */
export interface TextLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** A line that is not text in the file's encoding. */
export interface UnreadableLine {
  readonly line: number;
  readonly reason: string;
}

/** A line of a file, with its number from 1. */
export type FileLine = TextLine | UnreadableLine;

/** The way from bytes to text; `utf8-or-latin1` reads a line that is not UTF-8 as ISO 8859-1, so that every line is text. */
export type LineEncoding = 'utf8' | 'utf8-or-latin1';

const BYTE_ORDER_MARK = '\ufeff';

/**
 * Cuts a file, compressed or not, into lines, blank ones included, a byte order mark taken off. A line above the limit of
 * the API's rows is unreadable. Lines come in batches, one per chunk of the file; memory stays bounded whatever a line's
 * length.
 * @throws {DataError} when the file cannot be decompressed.
 */
export async function* readLines(path: string, encoding: LineEncoding = 'utf8'): AsyncGenerator<readonly FileLine[]> {
  let line = 0;
  for await (const batch of cutLines(contentOf(path))) {
    const lines = textsOf(batch, encoding).map((found): FileLine => ({ line: ++line, ...found }));
    const [first] = lines;
    if (first?.line === 1 && 'text' in first && first.text.startsWith(BYTE_ORDER_MARK)) {
      lines[0] = { line: 1, text: first.text.slice(1) };
    }
    yield lines;
  }
}

type LineContent = { readonly text: string } | { readonly reason: string };

/** Lines that began and ended within one chunk are decoded together, which is several times as fast as one by one. */
function textsOf(batch: LineBatch, encoding: LineEncoding): LineContent[] {
  const { first, others } = batch;
  if (others === undefined || others.length > ROW_BYTES_MAX || !isUtf8(others)) {
    return [...linesIn(batch)].map((bytes) => contentOfLine(bytes, encoding));
  }
  const texts = others.toString().split('\n');
  return [contentOfLine(first, encoding), ...texts.map((text) => ({ text }))];
}

function contentOfLine(bytes: Buffer | undefined, encoding: LineEncoding): LineContent {
  if (bytes === undefined) return { reason: `is above ${ROW_BYTES_MAX} bytes` };
  if (isUtf8(bytes)) return { text: bytes.toString() };
  return encoding === 'utf8-or-latin1' ? { text: bytes.toString('latin1') } : { reason: 'is not UTF-8' };
}
