import type { Database } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { createWorkerEngine } from './adapters/hnsw/worker/worker-index-engine.ts';
import { createPostgresChangeFeed } from './adapters/postgres-change-feed.ts';
import type { SnapshotPolicy } from './domain/snapshot-policy.ts';
import { indexRoutes } from './http/routes.ts';
import { indexMetrics } from './metrics.ts';
import type { IndexEngine } from './ports/index-engine.ts';
import { createIndexService, type IndexService } from './service.ts';

export interface IndexParts {
  readonly database: Database;
  /** Of the snapshots: a replica's own. */
  readonly folder: string;
  readonly log: Log;
  readonly registry: Registry;
  /** Default: HNSW in a thread of its own. */
  readonly startEngine?: (onDeath: (error: Error) => void) => IndexEngine;
  /** What differs from `SNAPSHOT_POLICY`. */
  readonly snapshots?: Partial<SnapshotPolicy>;
}

/** The index service with its adapters; it holds nothing until its `start`. */
export function composeIndex({ database, folder, log, registry, startEngine, snapshots }: IndexParts): Service & {
  readonly index: IndexService;
} {
  const index = createIndexService({
    feed: createPostgresChangeFeed(database),
    startEngine: startEngine ?? ((onDeath) => createWorkerEngine({ root: folder, onDeath })),
    ...{ log, snapshots },
  });
  indexMetrics(registry, index);
  return { index, routes: indexRoutes(index), notReady: () => index.ready(), stop: () => index.stop() };
}
