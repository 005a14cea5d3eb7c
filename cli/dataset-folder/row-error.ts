import { fieldProblems } from '@kindred/shared/platform/http/parse';
import type { FieldProblem } from '@kindred/shared/problem';
import type { z } from 'zod';
import { printable } from '../console/printable.ts';
import { DataError } from './data-error.ts';

/** The place of a row. */
export interface RowPlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** A row of a data set that cannot be used: `…/items.jsonl.gz, line 17, imageUrl: must be a URL`. */
export class RowError extends DataError {
  constructor({ path, line }: RowPlace, { field, reason }: FieldProblem, options?: ErrorOptions) {
    super(`${path}, line ${line}${printable(field === '' ? '' : `, ${field}`)}: ${printable(reason)}`, options);
  }
}

/** Parses a row by a schema. @throws {RowError} naming the first field that fails. */
export function parseRow<Schema extends z.ZodType>(schema: Schema, row: unknown, place: RowPlace): z.output<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const [problem = { field: '', reason: 'cannot be used' }] = fieldProblems(parsed.error);
  throw new RowError(place, problem);
}
