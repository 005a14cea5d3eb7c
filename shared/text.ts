import { z } from 'zod';

/** Also the documented pattern, so it is written in what the regular expressions of other languages share. */
const WITHOUT_NUL = /^[^\u0000]*$/;

/**
 * Text from outside that PostgreSQL and JSON can both hold: no NUL, no lone surrogate.
 * @param charactersMax  In UTF-16 units, as JavaScript counts them.
 * @param form  A narrower form than any text; its pattern must not match NUL.
 */
export function textSchema(
  charactersMax: number,
  form: { readonly pattern: RegExp; readonly message: string } = {
    pattern: WITHOUT_NUL,
    message: 'must not contain NUL',
  },
): z.ZodString {
  return z
    .string()
    .max(charactersMax, `must be at most ${charactersMax} characters`)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode, without lone surrogates')
    .regex(form.pattern, form.message);
}

/** Makes a text field optional and reads an empty string as an absent field. The documents show both forms. */
export function optionalText(
  schema: z.ZodType<string, string>,
  description?: string,
): z.ZodOptional<z.ZodType<string | undefined, string>> {
  const { maxLength, format, pattern } = z.toJSONSchema(schema);
  const filled = { type: 'string' as const, maxLength, format, pattern };
  return z
    .string()
    .transform((value) => (value === '' ? undefined : value))
    .pipe(schema.optional())
    .meta({ description, override: schema.safeParse('').success ? filled : { anyOf: [{ const: '' }, filled] } })
    .optional();
}

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * A moment in ISO 8601 with an offset, read as milliseconds since 1970; finer digits are dropped.
 * Years 0001 to 9999.
 */
export const momentSchema = z.iso
  .datetime({
    offset: true,
    error: 'must be an ISO 8601 date and time with an offset, for example 2026-01-31T12:00:00Z',
  })
  .max(64, 'must be at most 64 characters')
  .refine((value) => {
    const ms = Date.parse(value);
    return ms >= FIRST_MS && ms <= LAST_MS;
  }, 'must be a date that exists, in the years 0001 to 9999');
