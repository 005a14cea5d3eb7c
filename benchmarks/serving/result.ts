import { z } from 'zod';
import { latencySchema, runHeaderSchema } from '../measure/run-header.ts';

/** Upper bounds to meet. */
const goalsSchema = z.strictObject({ p50Ms: z.number().optional(), p99Ms: z.number() });

const passSchema = z.strictObject({
  name: z.string(),
  /** Each with one request under way at any moment. */
  connections: z.int(),
  /** `first`: users or items not asked for since the server started; `repeated`: the same ones once more. */
  asked: z.enum(['first', 'repeated']),
  latency: latencySchema,
  /** Requests answered per second. */
  perSecond: z.number(),
  /** Answers that lacked a part which the server names in `degraded`. */
  degraded: z.int(),
  /** The goals are for one connection; absent for more. */
  goals: goalsSchema.optional(),
});

const eventLoadSchema = z.strictObject({
  /** Planned rate, and rate that was reached. */
  perSecond: z.number(),
  reachedPerSecond: z.number(),
  /** Bound on the events sent, and events sent. */
  eventsMax: z.int(),
  count: z.int(),
  /** Largest delay of an event behind its plan. */
  lateMaxMs: z.number(),
  /** From sending an event to its acknowledgement. */
  acknowledged: latencySchema,
});

const loadSchema = z.strictObject({
  /** Distinct users asked for, among all of the data set; `usersPerPass` by each pass. */
  users: z.int(),
  usersOfAll: z.int(),
  usersPerPass: z.int(),
  /** Distinct items asked for by each pass. */
  itemsPerPass: z.int(),
  /** Events of the users asked for, under way during all passes. */
  events: eventLoadSchema,
  passes: z.array(passSchema),
});

/**
 * Latency and start-up of the real server. A result holds `load`, or else `requests` and `engagements`: one client that asked
 * for one user over and over cannot tell what many users on several connections would have taken, and the other way round.
 */
export const servingResultSchema = runHeaderSchema
  .extend({
    benchmark: z.literal('serving'),
    items: z.int(),
    /** Many users on several connections while events flow. */
    load: loadSchema.optional(),
    /** Saves of the one user. */
    engagements: z.int().optional(),
    /** One user and one connection, no events. */
    requests: z.array(z.strictObject({ name: z.string(), latency: latencySchema, goals: goalsSchema })).optional(),
    startUp: z.strictObject({
      /** Each start on a folder that an earlier one filled. */
      readyMs: z.array(z.number()),
      goalMs: z.number(),
    }),
    memory: z.strictObject({ atStartMb: z.number(), afterRequestsMb: z.number() }),
  })
  .refine(
    ({ load, requests }) => (load === undefined) !== (requests === undefined),
    'must have either load or requests',
  );

export type ServingResult = z.infer<typeof servingResultSchema>;
export type ServingLoad = z.infer<typeof loadSchema>;
export type ServingPass = z.infer<typeof passSchema>;
export type EventLoadReport = z.infer<typeof eventLoadSchema>;
