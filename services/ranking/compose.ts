import { embeddersBySpace } from '@kindred/shared/embedding/embedders-by-space';
import { type KnownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import type { EventLog } from '@kindred/shared/event-log/event-log';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { type Database, isDatabaseAway, isDatabaseBusy } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { cachedEmbeddingSource } from './adapters/cached-embedding-source.ts';
import { postgresCatalogSource } from './adapters/postgres-catalog-source.ts';
import { postgresCatalogStateSource } from './adapters/postgres-catalog-state-source.ts';
import { postgresErasureSource } from './adapters/postgres-erasure-source.ts';
import { postgresEventStore } from './adapters/postgres-event-store.ts';
import { postgresHistorySource } from './adapters/postgres-history-source.ts';
import { PostgresItemReader } from './adapters/postgres-item-reader.ts';
import { WorkerCatalogBuilder } from './adapters/worker-catalog-builder.ts';
import { CatalogStateCache } from './catalog-state/catalog-state-cache.ts';
import { DeadLetterQueue } from './events/dead-letter-queue.ts';
import type { DeadLetters } from './events/dead-letters.ts';
import { EventConsumer } from './events/event-consumer.ts';
import { EventIntake } from './events/event-intake.ts';
import type { EventStore } from './events/event-store.ts';
import { ReadYourWrites } from './events/read-your-writes.ts';
import { rankingRoutes } from './http/routes.ts';
import { KnownCatalogs } from './known-catalogs.ts';
import { consumerMetrics, rankingMeter } from './metrics.ts';
import { Search } from './neighbors/search.ts';
import { Similar } from './neighbors/similar.ts';
import type { Ranking } from './ranking.ts';
import { unreadyParts } from './readiness.ts';
import { Reader } from './reads/reader.ts';
import { Recommender } from './recommend/pipeline.ts';
import { Recommendations } from './recommend/recommendations.ts';
import { ErasureFollower } from './users/erasure-follower.ts';
import { Users } from './users/users.ts';

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

/** Wires the ranking service to its adapters and starts to consume events. Its `stop` closes the event log. */
export async function composeRanking(parts: RankingParts): Promise<RankingService> {
  const { database, databaseUrl, eventLog, deadLetters, neighbors, modelsFolder, model, log, registry } = parts;
  const queryEmbedders = embeddersBySpace({ modelsFolder, workers: 1, background: false });
  const catalogs = new KnownCatalogs(postgresCatalogSource(database));
  const events = postgresEventStore(database);
  const histories = postgresHistorySource(database);
  const states = new CatalogStateCache({
    source: postgresCatalogStateSource(database),
    builder: new WorkerCatalogBuilder(databaseUrl),
    log,
  });
  const writes = new ReadYourWrites({ events, neighbors });
  const reader = new Reader({
    histories,
    items: new PostgresItemReader(database, ITEM_CACHE_BYTES_MAX),
    embeddings: cachedEmbeddingSource(database, EMBEDDING_CACHE_BYTES_MAX),
    isAway: (error) => isDatabaseAway(error) || isDatabaseBusy(error),
    log,
  });
  const recommender = new Recommender({ reader, states, neighbors, meter: rankingMeter(registry), log });
  const ranking: Ranking = {
    intake: new EventIntake({ catalogs, eventLog }),
    recommendations: new Recommendations({ catalogs, writes, recommender }),
    similar: new Similar({ catalogs, writes, reader, neighbors }),
    search: new Search({ catalogs, writes, reader, neighbors, embedderOf: queryEmbedders.of }),
    users: new Users({ catalogs, writes, recommender, history: histories, events, eventLog, deadLetters, reader }),
    deadLetters: new DeadLetterQueue({ eventLog, deadLetters }),
  };
  const erasures = ErasureFollower.start({
    erasures: postgresErasureSource(database),
    forget: ({ catalog, hash }) => reader.forget(catalog, hash),
    forgetAll: () => reader.forgetAll(),
    log,
  });
  const consumer = await EventConsumer.start({
    eventLog,
    catalogs,
    events,
    deadLetters,
    log,
    registry,
    onApplied: () => writes.notifyApplied(),
  });
  consumerMetrics(registry, consumer);
  queryEmbedders.of(spaceOf(model));
  return {
    ranking,
    events,
    routes: rankingRoutes(ranking),
    notReady: () => unreadyParts({ erasures, consumer }),
    stop: async () => {
      await consumer.stop();
      erasures.stop();
      await eventLog.close();
      await states.stop();
      await queryEmbedders.close();
    },
  };
}
