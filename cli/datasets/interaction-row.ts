import { itemIdSchema, userIdSchema } from '@kindred/shared/id';
import type { FieldProblem } from '@kindred/shared/problem';
import { plainNumber } from '../dataset-folder/plain-number.ts';
import { MOMENT_FORMS, momentMsOf } from './moment.ts';

/** A row of a source, once it is read. */
export interface InteractionRow {
  readonly user: string;
  readonly item: string;
  readonly value: number;
  /** Milliseconds since 1970; in all rows of a source or in none. */
  readonly atMs?: number;
}

/** A source's names for its columns. */
export interface InteractionColumns {
  readonly user: string;
  readonly item: string;
  /** `undefined` for a source whose rows all have the value 1. */
  readonly value?: string;
  readonly at?: string;
}

/** The items that rows may name. */
export interface KnownItems {
  readonly ids: ReadonlySet<string>;
  readonly fileName: string;
}

/** The names of the columns that a source has, in the order of a row's cells. */
export function columnNames({ user, item, value, at }: InteractionColumns): readonly string[] {
  return [user, item, value, at].filter((name) => name !== undefined);
}

/**
 * Reads one row.
 * @param cells  As `columnNames` orders them.
 * @param known  `undefined` for a source without items of its own, whose rows may name any id.
 */
export function interactionOf(
  cells: readonly string[],
  columns: InteractionColumns,
  known: KnownItems | undefined,
): InteractionRow | FieldProblem {
  const [user = '', item = '', ...further] = cells;
  const userReason = isPlain(user) ? undefined : userIdSchema.safeParse(user).error?.issues[0]?.message;
  if (userReason !== undefined) return { field: columns.user, reason: userReason };
  const itemReason = known === undefined ? idReason(item) : knownReason(item, known);
  if (itemReason !== undefined) return { field: columns.item, reason: itemReason };
  const value = columns.value === undefined ? 1 : plainNumber((further[0] ?? '').trim());
  if (value === undefined) return { field: columns.value ?? '', reason: 'must be a number' };
  if (columns.at === undefined) return { user, item, value };
  const atMs = momentMsOf((further.at(-1) ?? '').trim());
  return atMs === undefined ? { field: columns.at, reason: `must be ${MOMENT_FORMS}` } : { user, item, value, atMs };
}

/** Spares most ids the schema, which takes longer than the rest of a row's reading. */
function isPlain(id: string): boolean {
  return /^[A-Za-z0-9_-]{1,100}$/.test(id);
}

function idReason(item: string): string | undefined {
  return isPlain(item) ? undefined : itemIdSchema.safeParse(item).error?.issues[0]?.message;
}

function knownReason(item: string, { ids, fileName }: KnownItems): string | undefined {
  return ids.has(item) ? undefined : `is not in ${fileName}`;
}
