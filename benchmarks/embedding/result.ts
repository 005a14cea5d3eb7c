import { z } from 'zod';
import { runHeaderSchema } from '../measure/run-header.ts';

export const embeddingResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('embedding'),
  texts: z.int(),
  meanCharacters: z.number(),
  contenders: z.array(
    z.strictObject({
      name: z.string(),
      threads: z.int(),
      /** Texts a second and thread, one number a round. */
      perThread: z.array(z.number()),
      /** Texts a second of processor time, all that the contender does counted; one number a round. */
      perCpuSecond: z.array(z.number()),
    }),
  ),
  ratio: z.strictObject({
    /** The product's over that of as many bare loops at once: the median of the rounds. */
    perThread: z.number(),
    perCpuSecond: z.number(),
    /** For both. */
    goal: z.number(),
  }),
  memory: z.strictObject({ atStartMb: z.number(), afterMb: z.number() }),
});

export type EmbeddingResult = z.infer<typeof embeddingResultSchema>;
