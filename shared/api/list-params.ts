import { z } from 'zod';

const LIMIT_MAX = 200;
export const LIMIT_DEFAULT = 20;
/** Number of items that an answer lists at most. */
export const limitSchema = z.int().min(1).max(LIMIT_MAX);

/** A whole number as a query parameter. */
export const wholeNumberSchema = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number);

/** A boolean as a query parameter. */
export const flagSchema = z.enum(['true', 'false']).transform((value) => value === 'true');
