import { join } from 'node:path';
import { composeIndex } from '@kindred/index/compose';
import type { IndexEngineName } from '@kindred/index/index-variables';
import type { IndexService } from '@kindred/index/service';
import { LocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { migrate } from '@kindred/infra/postgres/migrate';
import { composeIngestion } from '@kindred/ingestion/compose';
import type { Ingestion } from '@kindred/ingestion/ingestion';
import { postgresDeadLetters } from '@kindred/ranking/adapters/postgres-dead-letters';
import { composeRanking } from '@kindred/ranking/compose';
import type { Ranking } from '@kindred/ranking/ranking';
import type { ModelConfig } from '@kindred/shared/embedding/embedding-config';
import { PostgresEventLog } from '@kindred/shared/event-log/postgres/postgres-event-log';
import { serviceDatabase } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import { createRegistry, type Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { composeTrainer } from '@kindred/trainer/compose';

import type { Trainer } from '@kindred/trainer/trainer';
import { Upkeep } from './upkeep.ts';

/** All services in one process, without HTTP. */
export interface Engine extends Service {
  readonly index: IndexService;
  readonly ingestion: Ingestion;
  readonly ranking: Ranking;
  readonly trainer: Trainer;
}

/** Settings of the engine. */
export interface EngineConfig extends ModelConfig {
  /** Holds the database and the snapshots of the index. */
  readonly dataFolder: string;
  /** Threads that embed items. */
  readonly embeddingWorkers: number;
  /** Age in hours at which a trained version is replaced; 0, the default, trains on request and because of erasures only. */
  readonly trainingHours?: number;
  /** Default `hnsw`. */
  readonly indexEngine?: IndexEngineName;
}

/** Parts that the caller brings. */
export interface EngineParts {
  readonly log: Log;
  readonly registry?: Registry;
  /** As `LocalPostgres` calls `onLost`. */
  readonly onDatabaseLost?: (error: Error) => void;
}

const DATABASE_CONNECTIONS_MAX = 20;

/** Starts the services in the order in which they need each other: the composition root of the standalone mode. */
export async function startEngine(config: EngineConfig, parts: EngineParts): Promise<Engine> {
  const { log, registry = createRegistry(), onDatabaseLost } = parts;
  const { model, modelsFolder, dataFolder, embeddingWorkers: workers, trainingHours: hours = 0 } = config;
  const { indexEngine = 'hnsw' } = config;
  const postgres = await LocalPostgres.start({ folder: join(dataFolder, 'postgres'), onLost: onDatabaseLost });
  const databaseUrl = postgres.url;
  await migrate(databaseUrl);
  const database = serviceDatabase(databaseUrl, DATABASE_CONNECTIONS_MAX, log);

  const { index, ...indexing } = composeIndex({
    database,
    engine: indexEngine,
    folder: join(dataFolder, 'index'),
    log,
    registry,
  });
  await index.start();
  const ingesting = composeIngestion({
    database,
    model,
    modelsFolder,
    workers,
    log,
    registry,
    onChange: () => index.hint(),
  });
  await ingesting.opened;
  const eventLog = new PostgresEventLog({ database, databaseUrl });
  const ranking = await composeRanking({
    database,
    databaseUrl,
    eventLog,
    deadLetters: postgresDeadLetters(database),
    neighbors: index,
    modelsFolder,
    model,
    log,
    registry,
  });
  const training = composeTrainer({ database, databaseUrl, hours, log, registry });
  const upkeep = new Upkeep({ eventLog, events: ranking.events, log });

  return {
    index,
    ingestion: ingesting.ingestion,
    ranking: ranking.ranking,
    trainer: training.trainer,
    routes: [...ingesting.routes, ...ranking.routes, ...training.routes],
    notReady: () => [...new Set([indexing, ingesting, ranking, training].flatMap((service) => service.notReady()))],
    stop: async () => {
      upkeep.stop();
      await Promise.all([ranking.stop(), ingesting.stop(), training.stop()]);
      await indexing.stop();
      await database.end();
      await postgres.stop();
    },
  };
}
