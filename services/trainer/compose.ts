import type { Database } from '@kindred/shared/platform/database';
import { DatabaseWatch } from '@kindred/shared/platform/database-watch';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { postgresArtifactStore } from './adapters/postgres-artifact-store.ts';
import { postgresCatalogHistories } from './adapters/postgres-catalog-histories.ts';
import { ProcessTrainingRunner } from './adapters/process-training-runner.ts';
import { trainerRoutes } from './http/routes.ts';
import { artifactMetrics, trainerMeter } from './metrics.ts';
import { Schedule } from './schedule.ts';
import { Trainer } from './trainer.ts';
import { TrainingQueue } from './training-queue.ts';
import type { TrainingRunner } from './training-runner.ts';

export interface TrainerParts {
  readonly database: Database;
  /** The same database: trainings read and write it from a process of their own. */
  readonly databaseUrl: string;
  /** `hours` of `trainingNeed`. */
  readonly hours: number;
  readonly log: Log;
  readonly registry: Registry;
  /** Default: a process per training. */
  readonly runner?: TrainingRunner;
}

export interface TrainerService extends Service {
  readonly trainer: Trainer;
}

/** Wires the trainer to its adapters. It idles until a training is asked for or due: its process starts with that. */
export function composeTrainer(parts: TrainerParts): TrainerService {
  const { database, databaseUrl, hours, log, registry } = parts;
  const store = postgresArtifactStore(database);
  const histories = postgresCatalogHistories(database);
  const runner = parts.runner ?? new ProcessTrainingRunner({ databaseUrl });
  const queue = new TrainingQueue({ runner, meter: trainerMeter(registry), log });
  const schedule = new Schedule({ queue, store, histories, hours, log });
  const trainer = new Trainer({ queue, store, histories });
  const watch = new DatabaseWatch({ database, log });
  artifactMetrics(registry, store, histories);
  watch.start();
  schedule.start();
  return {
    trainer,
    routes: trainerRoutes(trainer),
    notReady: () => [
      ...(watch.isReachable ? [] : ['database']),
      ...(queue.canStart ? [] : ['training-process']),
      ...(schedule.isRunning ? [] : ['schedule']),
    ],
    stop: async () => {
      schedule.stop();
      await Promise.all([watch.stop(), queue.stop()]);
    },
  };
}
