import { join } from 'node:path';
import { createPostgresChangeFeed } from '@kindred/index/adapters/postgres-change-feed';
import { createWorkerEngine } from '@kindred/index/adapters/worker-engine';
import { createIndexService } from '@kindred/index/service';
import { startLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { migrate } from '@kindred/infra/postgres/migrate';
import { postgresCatalogStore } from '@kindred/ingestion/adapters/postgres-catalog-store';
import { postgresEmbeddingQueue } from '@kindred/ingestion/adapters/postgres-embedding-queue';
import { postgresItemStore } from '@kindred/ingestion/adapters/postgres-item-store';
import { startEmbeddingWorker } from '@kindred/ingestion/embedding-worker';
import { ingestionRoutes } from '@kindred/ingestion/http/routes';
import { createIngestion, type Ingestion } from '@kindred/ingestion/service';
import { cachedEmbeddingSource } from '@kindred/ranking/adapters/cached-embedding-source';
import { graphBuilder } from '@kindred/ranking/adapters/graph-builder';
import { postgresCatalogStates } from '@kindred/ranking/adapters/postgres-catalog-states';
import { postgresDeadLetters } from '@kindred/ranking/adapters/postgres-dead-letters';
import { postgresEventStore } from '@kindred/ranking/adapters/postgres-event-store';
import { postgresItemReader } from '@kindred/ranking/adapters/postgres-item-reader';
import { startEventConsumer } from '@kindred/ranking/event-consumer';
import { rankingRoutes } from '@kindred/ranking/http/routes';
import { createRecommender } from '@kindred/ranking/recommend';
import { createRanking, type Ranking } from '@kindred/ranking/service';
import { openDatabase } from '@kindred/shared/database';
import { type KnownModel, knownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import { postgresEventLog } from '@kindred/shared/event-log/postgres-event-log';
import type { Route } from '@kindred/shared/http/route';
import type { Log } from '@kindred/shared/log';
import { createRegistry, type Registry } from '@kindred/shared/metrics';
import type { EmbeddedConfig } from './config.ts';
import { embeddersBySpace } from './embedders-by-space.ts';
import { engineMetrics } from './engine-metrics.ts';
import { startUpkeep } from './upkeep.ts';

/** All services in one process, without HTTP. */
export interface Engine {
  readonly ingestion: Ingestion;
  readonly ranking: Ranking;
  readonly routes: readonly Route[];
  readonly registry: Registry;
  /** Names of what is not ready yet. */
  notReady(): readonly string[];
  /** Stops consuming, writes the index's snapshots and stops the database. */
  stop(): Promise<void>;
}

const DATABASE_CONNECTIONS_MAX = 20;
const ITEM_CACHE_BYTES_MAX = 128 * 1024 * 1024;
const EMBEDDING_CACHE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * The composition root of the embedded mode: names every adapter, and starts them in the order in which they need each other.
 * @param onDatabaseLost  As `startLocalPostgres` calls it.
 */
export async function startEngine(
  config: Omit<EmbeddedConfig, 'port' | 'host' | 'hosts' | 'apiKey'>,
  log: Log,
  onDatabaseLost?: (error: Error) => void,
): Promise<Engine> {
  const model = requireModel(config.modelName);
  const { modelsFolder } = config;
  const postgres = await startLocalPostgres(join(config.dataFolder, 'postgres'), onDatabaseLost);
  await migrate(postgres.url);
  let isStopping = false;
  const database = openDatabase({
    url: postgres.url,
    connectionsMax: DATABASE_CONNECTIONS_MAX,
    onError: (error) => {
      if (!isStopping) log.warn({ err: error }, 'a database connection broke');
    },
  });
  const registry = createRegistry();

  const index = createIndexService({
    feed: createPostgresChangeFeed(database),
    startEngine: (onDeath) => createWorkerEngine({ root: join(config.dataFolder, 'index'), onDeath }),
    log,
  });
  await index.start();

  const itemEmbedders = embeddersBySpace({ modelsFolder, workers: config.embeddingWorkers, background: true });
  const queryEmbedders = embeddersBySpace({ modelsFolder, workers: 1, background: false });
  const queue = postgresEmbeddingQueue(database);
  const space = { space: spaceOf(model), model: model.name, dimensions: model.dimensions };
  await queue.openSpaces(space);
  const embedding = startEmbeddingWorker({
    queue,
    embedderOf: itemEmbedders.of,
    // One batch more than there are threads: while one commits, its thread has the next.
    concurrency: config.embeddingWorkers + 1,
    log,
    onEmbedded: () => index.hint(),
  });
  const ingestion = createIngestion({
    catalogs: postgresCatalogStore(database),
    items: postgresItemStore(database),
    space,
    onWritten: () => {
      embedding.wake();
      index.hint();
    },
  });

  const events = postgresEventStore(database);
  const items = postgresItemReader(database, ITEM_CACHE_BYTES_MAX);
  const embeddings = cachedEmbeddingSource(database, EMBEDDING_CACHE_BYTES_MAX);
  const states = postgresCatalogStates({ database, builder: graphBuilder(postgres.url), log });
  const recommender = createRecommender({ events, items, embeddings, states, neighbors: index, log });
  const eventLog = postgresEventLog({ database, databaseUrl: postgres.url });
  const ranking = createRanking({
    eventLog,
    events,
    items,
    neighbors: index,
    recommender,
    queryEmbedderOf: queryEmbedders.of,
  });
  const consumer = await startEventConsumer({
    eventLog,
    events,
    deadLetters: postgresDeadLetters(database),
    log,
    registry,
    onApplied: ranking.applied,
  });
  // The first search should not wait for the model to load.
  queryEmbedders.of(space.space);
  engineMetrics({ registry, index, queue, embedding, consumer });
  const upkeep = startUpkeep({ eventLog, events, log });

  return {
    ingestion,
    ranking,
    routes: [...ingestionRoutes(ingestion), ...rankingRoutes(ranking)],
    registry,
    notReady: () => index.ready(),
    stop: async () => {
      isStopping = true;
      upkeep.stop();
      await Promise.all([consumer.stop(), embedding.stop()]);
      await eventLog.close();
      await states.stop();
      await index.stop();
      await Promise.all([itemEmbedders.close(), queryEmbedders.close()]);
      await database.end();
      await postgres.stop();
    },
  };
}

function requireModel(name: string): KnownModel {
  const model = knownModel(name);
  if (model === undefined) throw new Error(`there is no model ${name}`);
  return model;
}
