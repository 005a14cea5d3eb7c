import { z } from 'zod';
import { filterSchema, itemSchema } from '../catalog.ts';
import { textSchema } from '../text.ts';
import { degradedSchema } from './degraded.ts';
import { flagSchema, LIMIT_DEFAULT, limitParameterSchema, limitSchema } from './list-params.ts';
import { afterSchema } from './write-token.ts';

const SEARCH_TEXT_MAX = 10_000;

/** A search of a catalog's items by text. */
export const searchBodySchema = z.strictObject({
  text: textSchema(SEARCH_TEXT_MAX).min(1, 'must not be empty'),
  limit: limitSchema.default(LIMIT_DEFAULT),
  filter: filterSchema.optional(),
  expand: z.boolean().default(false),
  after: afterSchema.optional(),
});

/** Query parameters of an item's similar items. */
export const similarQuerySchema = z.strictObject({
  limit: limitParameterSchema.optional(),
  expand: flagSchema.optional(),
  after: afterSchema.optional(),
});

/** Items by falling cosine similarity. */
export const neighborsAnswerSchema = z.object({
  items: z.array(z.object({ item: z.string(), similarity: z.number(), details: itemSchema.optional() })),
  degraded: degradedSchema.optional(),
});
