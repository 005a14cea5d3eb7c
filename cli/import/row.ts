import { sha256Bytes } from '@kindred/shared/hash';
import type { FieldProblem } from '@kindred/shared/problem';

/** The kind of row that a file holds; each goes to an address of its own. */
export type RowKind = 'item' | 'event';

/** The place of a row in its file, from 1: its first line and its last, which differ if a quoted field has several. */
interface RowPlace {
  readonly line: number;
  readonly lastLine: number;
}

/** A row in the form that is sent. */
export interface GoodRow extends RowPlace {
  readonly kind: RowKind;
  /** On one line. */
  readonly json: string;
}

/** A row that is not sent, because it cannot be read. */
export interface BadRow extends RowPlace {
  readonly kind: 'bad';
  readonly problem: FieldProblem;
}

/** A row of a file as it was read. */
export type Row = GoodRow | BadRow;

/** A row that cannot be read as a whole, so that no field is named. */
export function badRow(place: RowPlace, reason: string): BadRow {
  return { kind: 'bad', line: place.line, lastLine: place.lastLine, problem: { field: '', reason } };
}

const EVENT_ID_LENGTH = 16;

/**
 * Makes the id of an event that has none of its own. It depends on the content alone, so that a repeated import counts no
 * event twice.
 * @param contentSha256  The hash of the file's uncompressed content.
 * @returns 96 bits of a SHA-256 in base64url.
 */
export function eventIdOf(contentSha256: string, line: number): string {
  return sha256Bytes(`${contentSha256}:${line}`).toString('base64url').slice(0, EVENT_ID_LENGTH);
}
