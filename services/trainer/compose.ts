import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { postgresArtifactStore } from './adapters/postgres-artifact-store.ts';
import { postgresCatalogHistories } from './adapters/postgres-catalog-histories.ts';
import { processTrainingRunner } from './adapters/process-training-runner.ts';
import { trainerRoutes } from './http/routes.ts';
import { artifactMetrics, trainerMeter } from './metrics.ts';
import { startSchedule } from './schedule.ts';
import { createTrainer, type Trainer } from './service.ts';
import { createTrainingQueue } from './training-queue.ts';

export interface TrainerParts {
  readonly database: Database;
  /** The same database: trainings read and write it from a process of their own. */
  readonly databaseUrl: string;
  /** As `trainingNeed` has it. */
  readonly hours: number;
  readonly log: Log;
  readonly registry: Registry;
}

export interface TrainerService extends Service {
  readonly trainer: Trainer;
}

const RETRY_MS = 500;

/** The trainer with its adapters. It idles until a training is asked for or due: its process starts with that. */
export function composeTrainer({ database, databaseUrl, hours, log, registry }: TrainerParts): TrainerService {
  const store = postgresArtifactStore(database);
  const histories = postgresCatalogHistories(database);
  const queue = createTrainingQueue({
    runner: processTrainingRunner(databaseUrl),
    meter: trainerMeter(registry),
    log,
  });
  const schedule = startSchedule({ queue, store, histories, hours, log });
  const trainer = createTrainer({ queue, store, histories });
  artifactMetrics(registry, store, histories);
  let isOpen = false;
  let isStopping = false;
  const open = async (): Promise<void> => {
    while (!isStopping && !isOpen) {
      try {
        await histories.catalogs();
        isOpen = true;
      } catch (error) {
        log.warn({ err: error }, 'the database is not ready, trying again');
        await sleep(RETRY_MS);
      }
    }
  };
  const opened = open();
  return {
    trainer,
    routes: trainerRoutes(trainer),
    notReady: () => (isOpen ? [] : ['database']),
    stop: async () => {
      isStopping = true;
      schedule.stop();
      await Promise.all([opened, queue.stop()]);
    },
  };
}
