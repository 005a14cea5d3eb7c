import { z } from 'zod';
import { itemFieldsSchema, itemSchema } from '../catalog.ts';
import { itemIdSchema } from '../id.ts';

/** An item to write at its own address: the path has the id, so the body may leave it out. */
export const itemBodySchema = itemFieldsSchema.extend({
  id: itemIdSchema.optional().meta({ description: 'Must equal the id in the path' }),
});

/** A batch of items. */
export const itemRows = { list: 'items', row: itemSchema };

/** An item as it is answered. It promises types only: rows stored under earlier rules are answered as they are. */
export const itemAnswerSchema = z.object({
  id: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  categories: z.array(z.string()).optional(),
  creator: z.string().optional(),
  createdAt: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  imageUrl: z.string().optional(),
  available: z.boolean(),
});

/** An item as it was written, and the token of the write. */
export const writtenItemSchema = z.object({ item: itemAnswerSchema, token: z.string() });

/** The token of a deletion. */
export const deletedItemSchema = z.object({ token: z.string() });

const IF_MATCH_CHARACTERS_MAX = 4_096;
/** `*` or a list of entity tags, as RFC 9110 section 13.1.1 writes them in ASCII. */
const IF_MATCH = /^(?:\*|(?:W\/)?"[!#-~]*"(?:[ \t]*,[ \t]*(?:W\/)?"[!#-~]*")*)$/;

/** The precondition of a write, as RFC 9110 section 13.1.1 has it. */
export const ifMatchHeaders = z.object({
  'If-Match': z
    .string()
    .max(IF_MATCH_CHARACTERS_MAX)
    .regex(IF_MATCH, 'must be * or a list of entity tags')
    .optional()
    .meta({
      format: 'entity-tags',
      description: 'ETags, one of which must be that of the item as it is; * for any item that exists',
    }),
});
