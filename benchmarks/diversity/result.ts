import { z } from 'zod';
import { runHeaderSchema } from '../measure/run-header.ts';

export const diversityResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('diversity'),
  users: z.int(),
  /** Each way at each strength, rising within a way. */
  settings: z.array(
    z.strictObject({
      way: z.enum(['mmr', 'ssd']),
      /** `diversity` of MMR, `gamma` of SSD. */
      strength: z.number(),
      ndcg20: z.number(),
      recall20: z.number(),
      /** Diversity of the items shown: 1 − the mean cosine over pairs. */
      listDiversity20: z.number(),
      /** One slate, in microseconds. */
      slateP50Us: z.number(),
    }),
  ),
});

export type DiversityResult = z.infer<typeof diversityResultSchema>;
