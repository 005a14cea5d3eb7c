import type { FieldProblem } from '@kindred/shared/problem';
import { printable } from '../console/printable.ts';
import type { BatchAnswer } from '../kindred-client.ts';
import type { Batch } from './batch.ts';
import type { GoodRow } from './row.ts';

/** A bad row, by the line of its file. */
export interface Rejection {
  readonly line: number;
  readonly problem: FieldProblem;
}

/** The rows that a request's answer rejects, as lines of the file instead of the request. */
export function rejectionsOf(answer: BatchAnswer, sent: readonly GoodRow[]): Rejection[] {
  return answer.rejected.map(({ line, field, reason }) => {
    const row = sent[line - 1];
    if (row === undefined) throw new Error(`the server rejects row ${line} of a request of ${sent.length}`);
    return { line: row.line, problem: { field, reason } };
  });
}

/** All bad rows of a batch by line: those that were never sent and those that the server rejected. */
export function byLine({ bad }: Batch, rejected: readonly Rejection[]): Rejection[] {
  return [...bad, ...rejected].toSorted((left, right) => left.line - right.line);
}

/** `books.csv:17: title: must be a string`, as compilers write it, so that editors and scripts find the line. */
export function rejectionText(fileName: string, { line, problem: { field, reason } }: Rejection): string {
  return printable(`${fileName}:${line}: ${field === '' ? '' : `${field}: `}${reason}`);
}
