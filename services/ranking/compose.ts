import { embeddersBySpace } from '@kindred/shared/embedding/embedders-by-space';
import { type KnownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import type { EventLog } from '@kindred/shared/event-log/event-log';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { type Database, isDatabaseAway, isDatabaseBusy } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { cachedEmbeddingSource } from './adapters/cached-embedding-source.ts';
import { graphBuilder } from './adapters/catalog-builder.ts';
import { postgresCatalogStates } from './adapters/postgres-catalog-states.ts';
import { postgresEventStore } from './adapters/postgres-event-store.ts';
import { postgresItemReader } from './adapters/postgres-item-reader.ts';
import { startEventConsumer } from './events/event-consumer.ts';
import { rankingRoutes } from './http/routes.ts';
import { consumerMetrics, rankingMeter } from './metrics.ts';
import type { DeadLetters, EventStore } from './ports.ts';
import { createReader } from './reads/reader.ts';
import { createRecommender } from './recommend/pipeline.ts';
import { createRanking, type Ranking } from './service.ts';

export interface RankingParts {
  readonly database: Database;
  /** The same database: passes over whole catalogs read it from a thread of their own. */
  readonly databaseUrl: string;
  readonly eventLog: EventLog;
  readonly deadLetters: DeadLetters;
  readonly neighbors: NeighborSource;
  readonly modelsFolder: string;
  /** Loaded at once, so that the first search need not wait for it. */
  readonly model: KnownModel;
  readonly log: Log;
  readonly registry: Registry;
}

export interface RankingService extends Service {
  readonly ranking: Ranking;
  readonly events: EventStore;
}

const ITEM_CACHE_BYTES_MAX = 128 * 1024 * 1024;
const EMBEDDING_CACHE_BYTES_MAX = 256 * 1024 * 1024;

/** The ranking service with its adapters, consuming at once. It closes the event log when it stops. */
export async function composeRanking(parts: RankingParts): Promise<RankingService> {
  const { database, databaseUrl, eventLog, deadLetters, neighbors, modelsFolder, model, log, registry } = parts;
  const queryEmbedders = embeddersBySpace({ modelsFolder, workers: 1, background: false });
  const events = postgresEventStore(database);
  const states = postgresCatalogStates({ database, builder: graphBuilder(databaseUrl), log });
  const reader = createReader({
    events,
    items: postgresItemReader(database, ITEM_CACHE_BYTES_MAX),
    embeddings: cachedEmbeddingSource(database, EMBEDDING_CACHE_BYTES_MAX),
    isAway: (error) => isDatabaseAway(error) || isDatabaseBusy(error),
    log,
  });
  const recommender = createRecommender({ reader, states, neighbors, meter: rankingMeter(registry), log });
  const ranking = createRanking({
    eventLog,
    events,
    deadLetters,
    reader,
    neighbors,
    recommender,
    queryEmbedderOf: queryEmbedders.of,
  });
  const consumer = await startEventConsumer({
    eventLog,
    events,
    deadLetters,
    log,
    registry,
    onApplied: ranking.applied,
  });
  consumerMetrics(registry, consumer);
  queryEmbedders.of(spaceOf(model));
  return {
    ranking,
    events,
    routes: rankingRoutes(ranking),
    notReady: () => [],
    stop: async () => {
      await consumer.stop();
      await eventLog.close();
      await states.stop();
      await queryEmbedders.close();
    },
  };
}
