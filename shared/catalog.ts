import { z } from 'zod';
import { itemIdSchema } from './id.ts';
import { momentSchema, textSchema } from './text.ts';

const LABELS_MAX = 200;
const ATTRIBUTES_MAX = 100;
const labelSchema = textSchema(256).min(1, 'must not be empty');
const attributeNameSchema = labelSchema.refine(
  (name) => name !== '__proto__',
  'is not a name that an attribute can have',
);
const attributeValueSchema = z.union([textSchema(2_000), z.number(), z.boolean()], {
  error: 'must be a string, a finite number or a boolean',
});

/** Everything about an item but its id. */
export const itemFieldsSchema = z.strictObject({
  title: textSchema(2_000).optional(),
  description: textSchema(100_000).optional(),
  tags: z.array(labelSchema).max(LABELS_MAX).optional(),
  categories: z.array(labelSchema).max(LABELS_MAX).optional(),
  creator: textSchema(1_000).min(1, 'must not be empty').optional(),
  createdAt: momentSchema.optional().meta({ description: 'When the item came to be; default: when it arrived' }),
  attributes: z
    .record(attributeNameSchema, attributeValueSchema)
    .refine((value) => Object.keys(value).length <= ATTRIBUTES_MAX, `must have at most ${ATTRIBUTES_MAX} attributes`)
    .optional(),
  imageUrl: textSchema(2_000).optional(),
  available: z.boolean().optional().meta({ description: 'Whether it may be recommended; default true' }),
});

/** An item as users give and get it; only `id` is required. */
export const itemSchema = itemFieldsSchema.extend({ id: itemIdSchema });

export type ItemFields = z.infer<typeof itemFieldsSchema>;
export type Item = z.infer<typeof itemSchema>;
export type AttributeValue = z.infer<typeof attributeValueSchema>;

const labelsSchema = z.array(labelSchema).min(1, 'must name at least one').max(1_000);
const labelConditionSchema = z.strictObject({
  any: labelsSchema.optional(),
  all: labelsSchema.optional(),
  none: labelsSchema.optional(),
});

/** A filter is tested on many items in one request: all its lists together are bounded. */
const FILTER_VALUES_MAX = 1_000;

/** How many values a filter names, over all its lists. */
function valuesOf(filter: object): number {
  return Object.values(filter).reduce((sum: number, part: unknown) => {
    if (Array.isArray(part)) return sum + part.length;
    return sum + (typeof part === 'object' && part !== null ? valuesOf(part) : 0);
  }, 0);
}

/**
 * Which items an answer may contain: every condition must hold. An item without the attribute fails a condition on it.
 * `available` is `true` unless said: `false` keeps only unavailable items, `"any"` keeps both.
 */
export const filterSchema = z
  .strictObject({
    categories: labelConditionSchema.optional(),
    tags: labelConditionSchema.optional(),
    creators: z.strictObject({ any: labelsSchema.optional(), none: labelsSchema.optional() }).optional(),
    attributes: z
      .record(
        attributeNameSchema,
        z
          .strictObject({
            gte: z.number().optional(),
            lte: z.number().optional(),
            in: z.array(attributeValueSchema).min(1, 'must name at least one').max(FILTER_VALUES_MAX).optional(),
          })
          .refine((value) => Object.keys(value).length > 0, 'must have at least one of gte, lte, in'),
      )
      .refine((value) => Object.keys(value).length <= ATTRIBUTES_MAX, `must have at most ${ATTRIBUTES_MAX} attributes`)
      .optional(),
    available: z.union([z.boolean(), z.literal('any')]).optional(),
  })
  .refine((filter) => valuesOf(filter) <= FILTER_VALUES_MAX, `must name at most ${FILTER_VALUES_MAX} values in all`);

export type Filter = z.infer<typeof filterSchema>;
