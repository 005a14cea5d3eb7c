import { z } from 'zod';
import { latencySchema, runHeaderSchema } from '../measure/run-header.ts';

export const servingResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('serving'),
  items: z.int(),
  engagements: z.int(),
  requests: z.array(
    z.strictObject({
      name: z.string(),
      latency: latencySchema,
      /** Upper bound to meet. */
      goals: z.strictObject({ p50Ms: z.number().optional(), p99Ms: z.number() }),
    }),
  ),
  startUp: z.strictObject({
    /** Each start on a folder that an earlier one filled. */
    readyMs: z.array(z.number()),
    goalMs: z.number(),
  }),
  memory: z.strictObject({ atStartMb: z.number(), afterRequestsMb: z.number() }),
});

export type ServingResult = z.infer<typeof servingResultSchema>;
