import { z } from 'zod';
import { itemIdSchema } from './id.ts';
import { momentSchema, optionalText, textSchema } from './text.ts';

const LABELS_MAX = 200;
const ATTRIBUTES_MAX = 100;
const labelSchema = textSchema(256).min(1, 'must not be empty');
const attributeNameSchema = textSchema(256, {
  pattern: /^(?!__proto__$)[^\u0000]*$/,
  message: 'is not a name that an attribute can have',
}).min(1, 'must not be empty');
const attributeValueSchema = z.union([textSchema(2_000), z.number(), z.boolean()], {
  error: 'must be a string, a finite number or a boolean',
});

const HTTP_URL =
  /[Hh][Tt][Tt][Pp][Ss]?:\/\/(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#][^\s\ufeff\u0000-\u001f\u007f]*)?/;
const DATA_IMAGE = /data:image\/[A-Za-z0-9.+-]+(?:;[A-Za-z0-9=._+-]+)*,[^\s\ufeff\u0000-\u001f\u007f]*/;
/** Also the documented pattern. Host names are ASCII: international ones are written in Punycode. */
const IMAGE_URL = new RegExp(`^(?:${HTTP_URL.source}|${DATA_IMAGE.source})$`);

/** Everything about an item but its id. */
export const itemFieldsSchema = z.strictObject({
  title: optionalText(textSchema(2_000)),
  description: optionalText(textSchema(100_000)),
  tags: z.array(labelSchema).max(LABELS_MAX).optional(),
  categories: z.array(labelSchema).max(LABELS_MAX).optional(),
  creator: optionalText(textSchema(1_000)),
  createdAt: optionalText(momentSchema, 'When the item came to be; default: when it arrived'),
  attributes: z
    .record(attributeNameSchema, attributeValueSchema)
    .refine((value) => Object.keys(value).length <= ATTRIBUTES_MAX, `must have at most ${ATTRIBUTES_MAX} attributes`)
    .meta({ maxProperties: ATTRIBUTES_MAX })
    .optional(),
  imageUrl: optionalText(
    textSchema(2_000, {
      pattern: IMAGE_URL,
      message: 'must be a URL that starts with http://, https:// or data:image/',
    }),
    'An http, https or data:image URL',
  ),
  available: z.boolean().optional().meta({ description: 'False keeps the item from being recommended; default true' }),
});

/** An item as callers send it; only `id` is required. An optional text that is empty counts as absent. */
export const itemSchema = itemFieldsSchema.extend({ id: itemIdSchema });

/** The fields of an item, without its id. */
export type ItemFields = z.infer<typeof itemFieldsSchema>;
/** An item of a catalog, as it was parsed. */
export type Item = z.infer<typeof itemSchema>;
/** Value of an attribute that a catalog defines itself. */
export type AttributeValue = z.infer<typeof attributeValueSchema>;

const labelsSchema = z.array(labelSchema).min(1, 'must name at least one').max(1_000);
const labelConditionSchema = z.strictObject({
  any: labelsSchema.optional(),
  all: labelsSchema.optional(),
  none: labelsSchema.optional(),
});

/** Bounds all lists of a filter together, because one request tests it on many items. */
const FILTER_VALUES_MAX = 1_000;

/** Number of values that a filter names, over all its lists. */
function valuesOf(filter: object): number {
  return Object.values(filter).reduce((sum: number, part: unknown) => {
    if (Array.isArray(part)) return sum + part.length;
    return sum + (typeof part === 'object' && part !== null ? valuesOf(part) : 0);
  }, 0);
}

/**
 * The items that an answer may contain: every condition must hold. An item without an attribute fails a condition on it.
 * `available` is `true` by default: `false` keeps only unavailable items, `"any"` keeps both.
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
          .refine((value) => Object.keys(value).length > 0, 'must have at least one of gte, lte, in')
          .meta({ minProperties: 1 }),
      )
      .refine((value) => Object.keys(value).length <= ATTRIBUTES_MAX, `must have at most ${ATTRIBUTES_MAX} attributes`)
      .meta({ maxProperties: ATTRIBUTES_MAX })
      .optional(),
    available: z.union([z.boolean(), z.literal('any')]).optional(),
  })
  .refine((filter) => valuesOf(filter) <= FILTER_VALUES_MAX, `must name at most ${FILTER_VALUES_MAX} values in all`)
  .meta({ description: `Conditions that every answered item meets; at most ${FILTER_VALUES_MAX} values in all` });

/** Conditions on items; an item must meet all of them. Without `available`, only available items pass. */
export type Filter = z.infer<typeof filterSchema>;
