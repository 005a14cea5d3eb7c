import type { Database } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import type { Registry } from '@kindred/shared/platform/metrics';
import type { Service } from '@kindred/shared/platform/run-service';
import { ExactIndexEngine } from './adapters/exact/exact-index-engine.ts';
import { WorkerIndexEngine } from './adapters/hnsw/worker/worker-index-engine.ts';
import { postgresChangeFeed } from './adapters/postgres-change-feed.ts';
import type { SnapshotPolicy } from './domain/snapshot-policy.ts';
import { indexRoutes } from './http/routes.ts';
import type { IndexEngineName } from './index-variables.ts';
import { indexMetrics } from './metrics.ts';
import type { StartEngine } from './ports/index-engine.ts';
import { IndexService } from './service.ts';

/** Parts that the index service is composed of; they stay the caller's. */
export interface IndexParts {
  readonly database: Database;
  readonly engine: IndexEngineName;
  /** Folder of the snapshots: a replica's own. */
  readonly folder: string;
  readonly log: Log;
  readonly registry: Registry;
  /** Settings that differ from `SNAPSHOT_POLICY`. */
  readonly snapshots?: Partial<SnapshotPolicy>;
}

/** The index service with its adapters; it holds nothing until its `start`. */
export function composeIndex({ database, engine, folder, log, registry, snapshots }: IndexParts): Service & {
  readonly index: IndexService;
} {
  const engines: Readonly<Record<IndexEngineName, StartEngine>> = {
    hnsw: async (onDeath) => new WorkerIndexEngine({ root: folder, onDeath }),
    exact: async () => new ExactIndexEngine(),
  };
  const feed = postgresChangeFeed(database);
  const index = new IndexService({ feed, startEngine: engines[engine], log, snapshots });
  indexMetrics(registry, index);
  return { index, routes: indexRoutes(index), notReady: () => index.ready(), stop: () => index.stop() };
}
