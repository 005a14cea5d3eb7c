import { z } from 'zod';
import { runHeaderSchema } from '../measure/run-header.ts';

export const newItemsResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('new-items'),
  target: z.enum(['test', 'held-out training', 'after the cut']),
  /** Who is judged on new items, and who on all others. */
  users: z.int(),
  knownUsers: z.int(),
  /** What the others reach where new items are filtered out. */
  without: z.strictObject({ ndcg20: z.number(), recall20: z.number() }),
  /** By rising `raise`. */
  settings: z.array(
    z.strictObject({
      /** What is added to the score of a new item besides what the trainer lifts it by. */
      raise: z.number(),
      /** Of new items, in the full catalog. */
      newRecall20: z.number(),
      /** How many of 20 are new, in the mean over `users`. */
      newShown20: z.number(),
      /** Of all others, beside the new ones. */
      ndcg20: z.number(),
      recall20: z.number(),
    }),
  ),
});

export type NewItemsResult = z.infer<typeof newItemsResultSchema>;
