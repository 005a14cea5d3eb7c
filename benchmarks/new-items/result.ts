import { z } from 'zod';
import { runHeaderSchema } from '../measure/run-header.ts';

export const newItemsResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('new-items'),
  target: z.enum(['test', 'held-out training', 'after the cut']),
  /** Numbers of users judged on new items, and on all others. */
  users: z.int(),
  knownUsers: z.int(),
  /** Quality of the others with new items filtered out. */
  without: z.strictObject({ ndcg20: z.number(), recall20: z.number() }),
  /** By rising `raise`. */
  settings: z.array(
    z.strictObject({
      /** Added to the score of a new item, besides the trainer's own boost. */
      raise: z.number(),
      /** Quality on new items, in the full catalog. */
      newRecall20: z.number(),
      /** Mean number of new items among 20, over `users`. */
      newShown20: z.number(),
      /** Quality on all others, beside the new ones. */
      ndcg20: z.number(),
      recall20: z.number(),
    }),
  ),
});

export type NewItemsResult = z.infer<typeof newItemsResultSchema>;
