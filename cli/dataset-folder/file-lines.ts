import { isUtf8 } from 'node:buffer';
import { contentOf } from './file-content.ts';

/** A line without its `\n`; a `\r` before that is kept, because a quoted CSV field may contain one. */
export interface TextLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface UnreadableLine {
  readonly line: number;
  readonly reason: string;
}

export type FileLine = TextLine | UnreadableLine;

/** How bytes become text; `utf8-or-latin1` reads a line that is not UTF-8 as ISO 8859-1, so that every line is text. */
export type LineEncoding = 'utf8' | 'utf8-or-latin1';

/** What the API takes as one row at most. */
export const LINE_BYTES_MAX = 1024 * 1024;

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Cuts a file, compressed or not, into lines, blank ones included, a byte order mark taken off.
 * They come in batches of what one chunk of the file held; memory stays bounded however long a line is.
 * @throws {DataError} when the file cannot be decompressed.
 */
export async function* readLines(path: string, encoding: LineEncoding = 'utf8'): AsyncGenerator<readonly FileLine[]> {
  const rest = new LineStart();
  let line = 0;
  for await (const chunk of contentOf(path)) {
    const first = chunk.indexOf(NEWLINE);
    if (first === -1) {
      rest.add(chunk);
      continue;
    }
    const last = chunk.lastIndexOf(NEWLINE);
    const lines = [lineOf(++line, rest.finish(chunk.subarray(0, first)), encoding)];
    if (last > first)
      for (const found of wholeLines(chunk.subarray(first + 1, last), encoding)) lines.push({ line: ++line, ...found });
    rest.add(chunk.subarray(last + 1));
    yield lines;
  }
  if (!rest.isEmpty) yield [lineOf(line + 1, rest.finish(Buffer.alloc(0)), encoding)];
}

type Found = { readonly text: string } | { readonly reason: string };

/** Lines that began and ended within one chunk. They are decoded together, which is several times as fast as one by one. */
function wholeLines(bytes: Buffer, encoding: LineEncoding): Found[] {
  if (isUtf8(bytes)) {
    return bytes
      .toString()
      .split('\n')
      .map((text) => ({ text }));
  }
  const found: Found[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    found.push(contentOfLine(bytes.subarray(start, end), encoding));
    start = end + 1;
  }
  return found;
}

function lineOf(line: number, bytes: Buffer | undefined, encoding: LineEncoding): FileLine {
  const found = contentOfLine(bytes, encoding);
  if (line === 1 && 'text' in found && found.text.startsWith(BYTE_ORDER_MARK))
    return { line, text: found.text.slice(1) };
  return { line, ...found };
}

function contentOfLine(bytes: Buffer | undefined, encoding: LineEncoding): Found {
  if (bytes === undefined) return { reason: `is above ${LINE_BYTES_MAX} bytes` };
  if (isUtf8(bytes)) return { text: bytes.toString() };
  return encoding === 'utf8-or-latin1' ? { text: bytes.toString('latin1') } : { reason: 'is not UTF-8' };
}

/** The part of a line that earlier chunks held; its bytes are let go once they are too many. */
class LineStart {
  #parts: Buffer[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  add(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > LINE_BYTES_MAX) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  /** @returns The whole line, `undefined` when it is too long. */
  finish(end: Buffer): Buffer | undefined {
    const isAlone = this.#size === 0;
    this.add(end);
    const isTooLong = this.#size > LINE_BYTES_MAX;
    const line = isAlone ? end : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return isTooLong ? undefined : line;
  }
}
