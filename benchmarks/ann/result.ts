import { z } from 'zod';
import { latencySchema, runHeaderSchema } from '../measure/run-header.ts';

const judgementSchema = z.strictObject({
  recall: z.number(),
  worstRecall: z.number(),
  latency: latencySchema,
});

const caseResultSchema = judgementSchema.extend({
  contender: z.string(),
  queries: z.enum(['items', 'texts']),
  /** Share of items that the filter keeps; absent without a filter. */
  share: z.number().optional(),
});

export const annResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('ann'),
  vectors: z.int(),
  dimensions: z.int(),
  cases: z.array(caseResultSchema),
  /** The index without its thread, by the length of the candidate list. */
  sweep: z.array(judgementSchema.extend({ efSearch: z.int(), isDefault: z.boolean() })),
  build: z.strictObject({
    vectorsPerSecond: z.number(),
    /** Growth of the process: vectors, graph and fields. */
    memoryMb: z.number(),
  }),
  /** Recall after deleting a share of the items. */
  deletes: z
    .strictObject({ share: z.number(), atOnce: judgementSchema, compacted: judgementSchema, compactMs: z.number() })
    .optional(),
});

export type AnnResult = z.infer<typeof annResultSchema>;
export type CaseResult = z.infer<typeof caseResultSchema>;
