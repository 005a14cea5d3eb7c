import { z } from 'zod';
import { filterSchema, itemSchema } from '../catalog.ts';
import { itemIdSchema, userIdSchema } from '../id.ts';
import { SOURCE_NAMES } from '../model/candidate-sources.ts';
import { DIVERSITY_DEFAULT } from '../model/mmr.ts';
import { momentSchema } from '../text.ts';
import { degradedSchema } from './degraded.ts';
import { LIMIT_DEFAULT, limitSchema } from './list-params.ts';
import { afterSchema } from './write-token.ts';

const EXCLUDED_MAX = 1_000;
/** Seeds are whole numbers in [0, SEED_MAX]. */
export const SEED_MAX = 2 ** 32 - 1;

/** A request for a slate. */
export const recommendationsBodySchema = z.strictObject({
  user: userIdSchema,
  limit: limitSchema.default(LIMIT_DEFAULT),
  exclude: z.array(itemIdSchema).max(EXCLUDED_MAX).default([]).meta({ description: 'Items that must not appear' }),
  filter: filterSchema.optional(),
  diversity: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({
      description: `0 ranks by relevance alone; 1 makes the items as unlike one another as possible; default: the largest, up to ${DIVERSITY_DEFAULT}, that costs no relevance by the catalog's training, ${DIVERSITY_DEFAULT} without one`,
    }),
  includeSeen: z
    .union([z.boolean(), z.literal('auto')], { error: 'must be true, false or "auto"' })
    .default(false)
    .meta({
      description:
        'True if items the user has any event on may appear; "auto" allows them if the catalog’s training found that users come back to items',
    }),
  explain: z.boolean().default(true),
  expand: z.boolean().default(false).meta({ description: 'Adds each item itself as details' }),
  after: afterSchema.optional(),
  at: momentSchema.optional().meta({ description: 'The moment to rank for; default now' }),
  seed: z.int().min(0).max(SEED_MAX).optional().meta({ description: 'Seeds the draw of interests; default random' }),
});

const explanationSchema = z.object({
  weights: z
    .enum(['trained', 'fixed'])
    .meta({ description: 'trained if the score is made by weights trained on this catalog' }),
  parts: z.record(z.string(), z.number()).meta({ description: 'They sum to the score' }),
  sources: z.array(z.object({ source: z.enum(SOURCE_NAMES), rank: z.int(), score: z.number() })),
  because: z.array(z.string()).meta({ description: "Items of the user's own history" }),
});

/**
 * A slate: items in the order in which to show them. The same request with its `at` and `seed` gives the same items
 * while `versions` stay and nothing is written.
 */
export const slateSchema = z.object({
  slate: z.string().meta({ description: 'The id of this answer, to be sent with its events' }),
  at: z.string(),
  seed: z.int(),
  versions: z.record(z.string(), z.string()),
  degraded: degradedSchema,
  items: z.array(
    z.object({
      item: z.string(),
      score: z.number(),
      sources: z.array(z.enum(SOURCE_NAMES)),
      explanation: explanationSchema.optional(),
      details: itemSchema.optional(),
    }),
  ),
});
