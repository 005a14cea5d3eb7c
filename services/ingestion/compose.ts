import { type EmbeddersBySpace, embeddersBySpace } from '@kindred/shared/embedding/embedders-by-space';
import { type KnownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import type { Database } from '@kindred/shared/platform/database';
import { DatabaseWatch } from '@kindred/shared/platform/database-watch';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { postgresCatalogStore } from './adapters/postgres-catalog-store.ts';
import { postgresEmbeddingQueue } from './adapters/postgres-embedding-queue.ts';
import { postgresItemStore } from './adapters/postgres-item-store.ts';
import { EmbeddingWorker } from './embedding-worker.ts';
import { ingestionRoutes } from './http/routes.ts';
import { Ingestion } from './ingestion.ts';
import { ingestionMetrics } from './metrics.ts';
import { SpaceOpening } from './space-opening.ts';

/** Parts that the ingestion service is composed of; they stay the caller's. */
export interface IngestionParts {
  readonly database: Database;
  readonly model: KnownModel;
  readonly modelsFolder: string;
  /** Threads that embed. */
  readonly workers: number;
  readonly log: Log;
  readonly registry: Registry;
  /** Called after each commit of items or embeddings, so that followers in this process need not wait for their poll. */
  readonly onChange?: () => void;
  /** Default: the models that are known here, run by ONNX Runtime. Closed at `stop`. */
  readonly embedders?: EmbeddersBySpace;
}

/** The ingestion service at work. */
export interface IngestionService extends Service {
  readonly ingestion: Ingestion;
  /** Resolves once the model's space exists in every catalog, or at `stop`. */
  readonly opened: Promise<void>;
}

/** The ingestion service with its adapters, at work at once; a database that is unavailable is waited for. */
export function composeIngestion(parts: IngestionParts): IngestionService {
  const { database, model, modelsFolder, workers, log, registry, onChange = () => {} } = parts;
  const embedders = parts.embedders ?? embeddersBySpace({ modelsFolder, workers, background: true });
  const queue = postgresEmbeddingQueue(database);
  const space = { space: spaceOf(model), model: model.name, dimensions: model.dimensions };
  const watch = new DatabaseWatch({ database, log });
  const opening = new SpaceOpening({ queue, space, log });
  const embedding = new EmbeddingWorker({
    queue,
    embedderOf: embedders.of,
    // One batch more than there are threads: while one commits, its thread has the next.
    concurrency: workers + 1,
    log,
    onEmbedded: onChange,
  });
  const ingestion = new Ingestion({
    catalogs: postgresCatalogStore(database),
    items: postgresItemStore(database),
    space,
    onWritten: () => {
      embedding.wake();
      onChange();
    },
  });
  ingestionMetrics(registry, queue, embedding);
  watch.start();
  embedding.start();
  return {
    ingestion,
    opened: opening.run(),
    routes: ingestionRoutes(ingestion),
    notReady: () => [
      ...(watch.isReachable ? [] : ['database']),
      ...(opening.isDone ? [] : ['embedding-space']),
      ...(embedding.isWorking ? [] : ['embedding']),
    ],
    stop: async () => {
      await Promise.all([opening.stop(), embedding.stop(), watch.stop()]);
      await embedders.close();
    },
  };
}
