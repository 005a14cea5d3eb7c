import { setTimeout as sleep } from 'node:timers/promises';
import { embeddersBySpace } from '@kindred/shared/embedding/embedders-by-space';
import { type KnownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import type { Database } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { postgresCatalogStore } from './adapters/postgres-catalog-store.ts';
import { postgresEmbeddingQueue } from './adapters/postgres-embedding-queue.ts';
import { postgresItemStore } from './adapters/postgres-item-store.ts';
import { startEmbeddingWorker } from './embedding-worker.ts';
import { ingestionRoutes } from './http/item-routes.ts';
import { createIngestion, type Ingestion } from './ingestion.ts';
import { ingestionMetrics } from './metrics.ts';

export interface IngestionParts {
  readonly database: Database;
  readonly model: KnownModel;
  readonly modelsFolder: string;
  /** Threads that embed. */
  readonly workers: number;
  readonly log: Log;
  readonly registry: Registry;
  /** Told after each commit of items or embeddings, so that followers in this process need not wait for their poll. */
  readonly onChange?: () => void;
}

export interface IngestionService extends Service {
  readonly ingestion: Ingestion;
  /** Resolves once the model's space exists in every catalog, or at `stop`. */
  readonly opened: Promise<void>;
}

const RETRY_MS = 500;

/** The ingestion service with its adapters, at work at once; a database that is away is waited for. */
export function composeIngestion(parts: IngestionParts): IngestionService {
  const { database, model, modelsFolder, workers, log, registry, onChange = () => {} } = parts;
  const embedders = embeddersBySpace({ modelsFolder, workers, background: true });
  const queue = postgresEmbeddingQueue(database);
  const space = { space: spaceOf(model), model: model.name, dimensions: model.dimensions };
  let isOpen = false;
  let isStopping = false;

  const open = async (): Promise<void> => {
    while (!isStopping) {
      try {
        await queue.openSpaces(space);
        isOpen = true;
        return;
      } catch (error) {
        log.warn({ err: error }, 'the database is not ready, trying again');
        await sleep(RETRY_MS);
      }
    }
  };

  const opened = open();
  const embedding = startEmbeddingWorker({
    queue,
    embedderOf: embedders.of,
    // One batch more than there are threads: while one commits, its thread has the next.
    concurrency: workers + 1,
    log,
    onEmbedded: onChange,
  });
  const ingestion = createIngestion({
    catalogs: postgresCatalogStore(database),
    items: postgresItemStore(database),
    space,
    onWritten: () => {
      embedding.wake();
      onChange();
    },
  });
  ingestionMetrics(registry, queue, embedding);
  return {
    ingestion,
    opened,
    routes: ingestionRoutes(ingestion),
    notReady: () => (isOpen ? [] : ['database']),
    stop: async () => {
      isStopping = true;
      await Promise.all([opened, embedding.stop()]);
      await embedders.close();
    },
  };
}
