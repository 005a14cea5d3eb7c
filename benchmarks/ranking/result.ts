import { z } from 'zod';
import { runHeaderSchema } from '../measure/run-header.ts';

/** By the metric's name. */
const metricsSchema = z.record(z.string(), z.number());
/** A 95 % interval by bootstrap over users, by the metric's name. */
const intervalsSchema = z.record(z.string(), z.tuple([z.number(), z.number()]));

const contenderResultSchema = z.strictObject({
  name: z.string(),
  /** Parameters that were set, or chosen by the contender's own validation. */
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Means over users; a metric that no user has is absent. */
  metrics: metricsSchema,
  intervals: intervalsSchema,
  /** The same for some of the users or of the items, by the slice's name. */
  slices: z.record(z.string(), metricsSchema),
  sliceIntervals: z.record(z.string(), intervalsSchema),
  fitSeconds: z.number(),
  userMsP50: z.number(),
  userMsP99: z.number(),
  /** The most that the process took while the contender was fitted and ranked, without the database. */
  memoryMiB: z.number(),
  /** Versions that ranked for the first user, as the slate named them. */
  versions: z.record(z.string(), z.string()).optional(),
  /** Number of catalog states that ranked: more than 1 if something was rebuilt in between. */
  versionCount: z.int().optional(),
});

/** Kindred minus a baseline, user by user. */
const differenceSchema = z.strictObject({
  baseline: z.string(),
  metrics: metricsSchema,
  intervals: intervalsSchema,
});

export const rankingResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('ranking'),
  /** Target: the test rows, training rows held out to tune on, or the rows after a moment. */
  target: z.enum(['test', 'held-out training', 'after the cut']),
  users: z.int(),
  /** Number of users of the protocol; more than `users` for a sample. */
  usersOfAll: z.int(),
  /** Number of users of each slice. */
  sliceUsers: z.record(z.string(), z.int()),
  catalogSize: z.int(),
  contenders: z.array(contenderResultSchema),
  differences: z.array(differenceSchema),
});

export type ContenderResult = z.infer<typeof contenderResultSchema>;
export type Difference = z.infer<typeof differenceSchema>;
export type RankingResult = z.infer<typeof rankingResultSchema>;
