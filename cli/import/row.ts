import { sha256Bytes } from '@kindred/shared/hash';
import type { FieldProblem } from '@kindred/shared/problem';

export type RowKind = 'item' | 'event';

/** Where a row stands in its file, from 1: its first line and its last, which differ where a quoted field has several. */
interface RowPlace {
  readonly line: number;
  readonly lastLine: number;
}

/** A row as it is sent. */
export interface GoodRow extends RowPlace {
  readonly kind: RowKind;
  /** On one line. */
  readonly json: string;
}

/** A row that is not sent, because it is none. */
export interface BadRow extends RowPlace {
  readonly kind: 'bad';
  readonly problem: FieldProblem;
}

export type Row = GoodRow | BadRow;

export function badRow(place: RowPlace, reason: string): BadRow {
  return { kind: 'bad', line: place.line, lastLine: place.lastLine, problem: { field: '', reason } };
}

const EVENT_ID_LENGTH = 16;

/**
 * The id of an event that has none of its own. It is the same whenever the same content is imported, so that an import
 * that is repeated counts no event twice.
 * @param contentSha256  Of the file's uncompressed content.
 * @returns 96 bits of a sha256 in base64url.
 */
export function eventIdOf(contentSha256: string, line: number): string {
  return sha256Bytes(`${contentSha256}:${line}`).toString('base64url').slice(0, EVENT_ID_LENGTH);
}
