import { catalogParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import { rollbackAnswerSchema, trainingAnswerSchema, trainingsAnswerSchema } from '@kindred/shared/api/trainings';
import type { ArtifactVersion } from '../artifact-store.ts';
import type { Trainer } from '../trainer.ts';
import type { Training } from '../training-queue.ts';

/** Addresses of trainings and of their versions. */
export function trainerRoutes(trainer: Trainer): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/trainings',
      summary: 'Train a catalog on its own history',
      description: 'Runs beside the requests, one training at a time. One that waits or runs is not queued twice.',
      params: catalogParams,
      answers: { 202: { description: 'It waits or runs', body: trainingAnswerSchema } },
      problems: ['catalog-not-found'],
      handle: async ({ params: { catalog } }) => ({ status: 202, body: answered(await trainer.train(catalog)) }),
    }),
    route({
      method: 'get',
      path: '/v1/catalogs/{catalog}/trainings',
      summary: 'See the progress of a training, and the stored versions',
      params: catalogParams,
      answers: {
        200: {
          description: 'The last training since the start of the server, and the versions, latest first',
          body: trainingsAnswerSchema,
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
      answers: { 200: { description: 'The version that serves now', body: rollbackAnswerSchema } },
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

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
