import { z } from 'zod';

/** Names a catalog. Nothing that one catalog holds is ever mixed with another's. */
export type CatalogId = string & { readonly brand: 'CatalogId' };
/** Names an item within its catalog. */
export type ItemId = string & { readonly brand: 'ItemId' };
/** Names a user within a catalog. */
export type UserId = string & { readonly brand: 'UserId' };
/** Names an event within its catalog; of several with one id, the first counts. */
export type EventId = string & { readonly brand: 'EventId' };
/** Names one embedding model at one revision. Vectors of different spaces are never compared. */
export type SpaceId = string & { readonly brand: 'SpaceId' };

const ID_BYTES_MAX = 256;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
/**
 * The documented form of an id, but for `.` and `..` and the limit in bytes: no control characters, and at least one
 * character that is not white space. `\ufeff` is white space in JavaScript but not in other languages.
 */
const ID_PATTERN =
  '^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\ufeff\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$';

function idMistake(value: string): string | undefined {
  if (value === '') return 'must not be empty';
  if (value.length > ID_BYTES_MAX || Buffer.byteLength(value) > ID_BYTES_MAX)
    return `must be at most ${ID_BYTES_MAX} bytes of UTF-8`;
  if (!value.isWellFormed()) return 'must be well-formed Unicode, without lone surrogates';
  if (CONTROL.test(value)) return 'must not contain control characters';
  if (value.trim() === '') return 'must not be only white space';
  if (value === '.' || value === '..') return 'must not be "." or ".."';
  return undefined;
}

function idSchema<Id extends string>(description: string): z.ZodType<Id, string> {
  return z
    .string()
    .superRefine((value, context) => {
      const message = idMistake(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .transform((value) => value as Id)
    .meta({
      description: `${description}: 1 to 256 bytes of UTF-8, no control characters, not only white space, compared by bytes`,
      override: {
        type: 'string',
        minLength: 1,
        maxLength: ID_BYTES_MAX,
        pattern: ID_PATTERN,
        not: { enum: ['.', '..'] },
      },
    });
}

/** Parses an item's id. */
export const itemIdSchema = idSchema<ItemId>('An item id');
/** Parses a user's id. */
export const userIdSchema = idSchema<UserId>('A user id');
/** Parses an event's id. */
export const eventIdSchema = idSchema<EventId>('An event id, unique in its catalog');
/** Parses the id of a slate. */
export const slateIdSchema = idSchema<string>('The id of a slate');

const CATALOG_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Parses a catalog's id. */
export const catalogIdSchema: z.ZodType<CatalogId, string> = z
  .string()
  .regex(CATALOG_ID, 'must be 1 to 63 of a-z, 0-9 and -, not starting with -')
  .transform((value) => value as CatalogId)
  .meta({
    description: 'A catalog id',
    override: { type: 'string', pattern: CATALOG_ID.source },
  });

/** The catalog that exists from the start. */
export const MAIN_CATALOG = 'main' as CatalogId;

/**
 * Orders ids by their UTF-8 bytes, as PostgreSQL does under collation "C".
 * JavaScript's `<` orders UTF-16 units instead: it puts U+1F600 before U+FF21. Cost: O(length).
 */
export function compareIds(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return byteOrder(a) - byteOrder(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above U+FFFF, so they sort after every other unit. */
function byteOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
