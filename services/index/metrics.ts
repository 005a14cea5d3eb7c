import { gauge, type Registry } from '@kindred/shared/platform/metrics';
import type { IndexService } from './service.ts';

/** Registers the gauges of the index. */
export function indexMetrics(registry: Registry, index: IndexService): void {
  const total = async (part: 'size' | 'tombstones' | 'unindexed' | 'unchecked'): Promise<number> =>
    (await index.status()).spaces.reduce((sum, space) => sum + space[part], 0);
  gauge(registry, 'kindred_index_items', 'Vectors that can be found', () => total('size'));
  gauge(registry, 'kindred_index_tombstones', 'Deleted and replaced vectors that still take memory', () =>
    total('tombstones'),
  );
  gauge(registry, 'kindred_index_unindexed_items', 'Vectors that are scanned until they are in the graph', () =>
    total('unindexed'),
  );
  gauge(
    registry,
    'kindred_index_unchecked_items',
    'Vectors that are yet to be checked for being unreachable, since the graph last grew',
    () => total('unchecked'),
  );
  gauge(registry, 'kindred_index_position_changes', 'Last change that can be found', () => index.position);
  gauge(
    registry,
    'kindred_index_engine_deaths',
    'Index engines that have died since the start',
    async () => (await index.status()).engineDeaths,
  );
  gauge(
    registry,
    'kindred_index_snapshot_failures',
    'Snapshots that could not be written since the start',
    async () => (await index.status()).snapshotFailures,
  );
  gauge(
    registry,
    'kindred_index_snapshot_age_seconds',
    'Time since the last good snapshot; −1 before the first',
    async () => {
      const { lastSnapshotAtMs } = await index.status();
      return lastSnapshotAtMs === undefined ? -1 : (Date.now() - lastSnapshotAtMs) / 1000;
    },
  );
}
