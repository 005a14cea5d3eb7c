import { gauge, type Registry } from '@kindred/shared/platform/metrics';
import type { IndexService } from './service.ts';

/** Registers what the index says of itself. */
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
    'Vectors that were not looked for since the graph last grew, so that it may not lead to them',
    () => total('unchecked'),
  );
  gauge(registry, 'kindred_index_position_changes', 'The last change that is searchable', () => index.position);
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
