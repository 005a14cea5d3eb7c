import { z } from 'zod';
import { latencySchema, runHeaderSchema } from '../measure/run-header.ts';

const modeSchema = z.strictObject({
  mode: z.enum(['distributed', 'standalone']),
  /** Rate that was planned, and rate that the load reached. */
  eventsPerSecond: z.number(),
  reachedPerSecond: z.number(),
  /** Largest delay of an event of the load behind its plan. */
  lateMaxMs: z.number(),
  /** From the moment before an event is sent to the first answer that holds it. */
  changed: latencySchema,
  /** Part of it that can be the polling. */
  precision: latencySchema,
  /** From sending events of the load to their acknowledgement. */
  acknowledged: latencySchema,
  goals: z.strictObject({ p50Ms: z.number().optional(), p99Ms: z.number() }),
});

const throughputSchema = z.strictObject({
  /** Events of the backlog that were left when all services were ready. */
  events: z.int(),
  appliedPerSecond: z.number(),
  goalPerSecond: z.number(),
  /** Processor time of the ranking process, as a share of one core. */
  rankingCores: z.number(),
  /** All messages of the topic, by a consumer that does nothing with them. */
  bareEvents: z.int(),
  barePerSecond: z.number(),
});

export const freshnessResultSchema = runHeaderSchema.extend({
  benchmark: z.literal('freshness'),
  items: z.int(),
  modes: z.array(modeSchema),
  throughput: throughputSchema,
});

export type FreshnessResult = z.infer<typeof freshnessResultSchema>;
export type ModeResult = z.infer<typeof modeSchema>;
export type Throughput = z.infer<typeof throughputSchema>;
