import { z } from 'zod';

const timeSchema = z.iso.datetime();

/** A training that was asked for, with its progress or end. */
export const trainingAnswerSchema = z.object({
  state: z.enum(['waiting', 'running', 'trained', 'failed']),
  askedAt: timeSchema,
  startedAt: timeSchema.optional(),
  endedAt: timeSchema.optional(),
  cost: z
    .object({
      items: z.int(),
      users: z.int(),
      events: z.int(),
      memoryMiB: z
        .number()
        .meta({ description: 'Memory of its matrices, and of what it holds per item past the largest fit' }),
      minutes: z.number(),
    })
    .optional()
    .meta({ description: 'An estimate, made before it begins' }),
  progress: z
    .array(z.object({ number: z.int(), text: z.string() }))
    .meta({ description: 'Its steps, the numbers rising; a line that counts up replaces the one before it' }),
  version: z.int().optional().meta({ description: 'Its result, once it is trained' }),
  reason: z.string().optional().meta({ description: 'The reason, once it has failed' }),
});

const versionSchema = z.object({
  version: z.int(),
  trainedAt: timeSchema,
  serving: z.boolean(),
  summary: z.object({
    counts: z.object({ items: z.int(), users: z.int(), pairs: z.int() }),
    parameters: z.record(z.string(), z.number()).meta({ description: 'Chosen by what was held out' }),
    judged: z.record(z.string(), z.number()).meta({
      description:
        'nDCG@20 on what was held out, of the trained ranker and of simpler ways; empty where there is too little',
    }),
    rankedBy: z.string().optional().meta({
      description:
        'The way that orders candidates, as the best on what was held out: `fusion`, a source alone, or `plain` or `all` signals together',
    }),
    hasRanker: z.boolean().meta({ description: 'True if slates are scored by trained weights' }),
    repeatShare: z.number().min(0).max(1).optional().meta({
      description:
        'Share of the items that users engaged with and came back to on another day; includeSeen "auto" goes by it',
    }),
    tookMs: z.number(),
  }),
});

/** A catalog's current or last training, `null` if there is none, and the versions that are kept, latest first. */
export const trainingsAnswerSchema = z.object({
  training: trainingAnswerSchema.nullable(),
  versions: z.array(versionSchema),
});

/** The version that serves after a rollback. */
export const rollbackAnswerSchema = z.object({ version: z.int() });
