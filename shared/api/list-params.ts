import { z } from 'zod';

const LIMIT_MAX = 200;
/** Number of items that an answer lists unless the request says otherwise. */
export const LIMIT_DEFAULT = 20;
/** Number of items that an answer lists at most. */
export const limitSchema = z.int().min(1).max(LIMIT_MAX);

/** The same as a query parameter. */
export const limitParameterSchema = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number)
  .pipe(limitSchema)
  .meta({ override: { type: 'integer', minimum: 1, maximum: LIMIT_MAX, pattern: undefined } });

/** A boolean as a query parameter. */
export const flagSchema = z.enum(['true', 'false']).transform((value) => value === 'true');
