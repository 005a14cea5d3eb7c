import { z } from 'zod';
import { latencySchema, runHeaderSchema } from '../measure/run-header.ts';

const estimateSchema = z.strictObject({
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  standardError: z.number(),
});

const contenderResultSchema = z.strictObject({
  name: z.string(),
  /** By the metric's name; means over users. */
  metrics: z.record(z.string(), estimateSchema),
  'coverage@10': z.number(),
  'gini@10': z.number(),
  /** The time of one user's ranking. */
  user: latencySchema,
});

export const rankingResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('ranking'),
  /** What is judged: the test rows, or training rows that were held out to tune on. */
  target: z.enum(['test', 'held-out training']),
  users: z.int(),
  /** How many users the protocol has; more than `users` for a sample. */
  usersOfAll: z.int(),
  catalogSize: z.int(),
  contenders: z.array(contenderResultSchema),
  /** What ranked at first, as the slates named it. */
  versions: z.record(z.string(), z.string()),
  /** How many versions ranked in all: more than 1 when something was rebuilt meanwhile. */
  versionCount: z.int(),
  /** Of the process that ranked, without the database's. */
  memoryMb: z.number(),
});

export type ContenderResult = z.infer<typeof contenderResultSchema>;
export type RankingResult = z.infer<typeof rankingResultSchema>;
