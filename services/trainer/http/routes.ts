import { catalogParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import { z } from 'zod';
import type { ArtifactVersion } from '../ports.ts';
import type { Trainer } from '../service.ts';
import type { Training } from '../training-queue.ts';

const time = z.iso.datetime();
const trainingSchema = z.object({
  state: z.enum(['waiting', 'running', 'trained', 'failed']),
  askedAt: time,
  startedAt: time.optional(),
  endedAt: time.optional(),
  cost: z
    .object({
      items: z.int(),
      users: z.int(),
      events: z.int(),
      memoryMiB: z.number().meta({ description: 'Of its matrices, which are the most of it' }),
      minutes: z.number(),
    })
    .optional()
    .meta({ description: 'An estimate, made before it begins' }),
  progress: z
    .array(z.object({ number: z.int(), text: z.string() }))
    .meta({ description: 'What it said, the numbers rising; a line that counts up replaces the one before it' }),
  version: z.int().optional().meta({ description: 'What it made, once it is trained' }),
  reason: z.string().optional().meta({ description: 'Why it failed' }),
});
const versionSchema = z.object({
  version: z.int(),
  trainedAt: time,
  serving: z.boolean(),
  summary: z.object({
    counts: z.object({ items: z.int(), users: z.int(), pairs: z.int() }),
    parameters: z.record(z.string(), z.number()).meta({ description: 'What was chosen by what was held out' }),
    judged: z.record(z.string(), z.number()).meta({
      description:
        'nDCG@20 on what was held out, of the trained ranker and of simpler ways; empty where there is too little',
    }),
    hasRanker: z.boolean().meta({ description: 'Whether slates are scored by trained weights' }),
    tookMs: z.number(),
  }),
});

/** The addresses of trainings and of what they made. */
export function trainerRoutes(trainer: Trainer): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/trainings',
      summary: 'Train a catalog on its own history',
      description: 'Runs beside the requests, one training at a time. One that waits or runs is not asked for twice.',
      params: catalogParams,
      answers: { 202: { description: 'It waits or runs', body: trainingSchema } },
      problems: ['catalog-not-found'],
      handle: async ({ params: { catalog } }) => ({ status: 202, body: answered(await trainer.train(catalog)) }),
    }),
    route({
      method: 'get',
      path: '/v1/catalogs/{catalog}/trainings',
      summary: 'See how a training goes, and the versions that are kept',
      params: catalogParams,
      answers: {
        200: {
          description: 'The last training since the start of the server, and the versions, latest first',
          body: z.object({ training: trainingSchema.nullable(), versions: z.array(versionSchema) }),
        },
      },
      problems: ['catalog-not-found'],
      handle: async ({ params: { catalog } }) => {
        const { training, versions } = await trainer.status(catalog);
        return {
          status: 200,
          body: { training: training ? answered(training) : null, versions: versions.map(answeredVersion) },
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/rollback',
      summary: 'Go back to the version before the one that serves',
      description: 'The next training’s version takes over again.',
      params: catalogParams,
      answers: { 200: { description: 'The version that serves now', body: z.object({ version: z.int() }) } },
      problems: ['catalog-not-found', 'no-earlier-version'],
      handle: async ({ params: { catalog } }) => ({
        status: 200,
        body: { version: await trainer.rollback(catalog) },
      }),
    }),
  ];
}

function answered({ state, askedAtMs, startedAtMs, endedAtMs, cost, progress, version, reason }: Training): unknown {
  return {
    state,
    askedAt: timeOf(askedAtMs),
    ...(startedAtMs !== undefined && { startedAt: timeOf(startedAtMs) }),
    ...(endedAtMs !== undefined && { endedAt: timeOf(endedAtMs) }),
    ...(cost && { cost }),
    progress,
    ...(version !== undefined && { version }),
    ...(reason !== undefined && { reason }),
  };
}

function answeredVersion({ version, trainedAtMs, isServing, summary }: ArtifactVersion): unknown {
  return { version, trainedAt: timeOf(trainedAtMs), serving: isServing, summary };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
