import { z } from 'zod';

/**
 * Text from outside that PostgreSQL and JSON can both hold: no NUL, no lone surrogate.
 * @param charactersMax  In UTF-16 units, as JavaScript counts them.
 */
export function textSchema(charactersMax: number): z.ZodString {
  return z
    .string()
    .max(charactersMax, `must be at most ${charactersMax} characters`)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode, without lone surrogates')
    .refine((value) => !value.includes('\0'), 'must not contain NUL');
}

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * A moment in ISO 8601 with an offset, read as milliseconds since 1970; finer digits are dropped.
 * Years 0001 to 9999.
 */
export const momentSchema = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 date and time with an offset, such as 2026-01-31T12:00:00Z' })
  .max(64, 'must be at most 64 characters')
  .refine((value) => {
    const ms = Date.parse(value);
    return ms >= FIRST_MS && ms <= LAST_MS;
  }, 'must be a date that exists, in the years 0001 to 9999');
