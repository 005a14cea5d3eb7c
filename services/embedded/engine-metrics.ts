import type { IndexService } from '@kindred/index/service';
import type { EmbeddingWorker } from '@kindred/ingestion/embedding-worker';
import type { EmbeddingQueue } from '@kindred/ingestion/ports';
import type { Consumer } from '@kindred/shared/event-log/event-log';
import { gauge, type Registry } from '@kindred/shared/metrics';

export interface MeasuredParts {
  readonly registry: Registry;
  readonly index: IndexService;
  readonly queue: EmbeddingQueue;
  readonly embedding: EmbeddingWorker;
  readonly consumer: Consumer;
}

/** Registers what the engine's parts say of themselves. */
export function engineMetrics(parts: MeasuredParts): void {
  const { registry, queue, embedding, consumer } = parts;
  const backlog = async (part: 'waiting' | 'failed'): Promise<number> => (await queue.backlog())[part];
  gauge(registry, 'kindred_embedding_backlog_items', 'Items whose text is not embedded yet', () => backlog('waiting'));
  gauge(registry, 'kindred_embedding_failed_items', 'Items whose text could not be embedded', () => backlog('failed'));
  gauge(registry, 'kindred_embedded_items', 'Texts embedded since the start', embedding.embeddedCount);
  gauge(registry, 'kindred_event_log_lag_messages', 'Messages of the event log that wait to be applied', () =>
    consumer.lag(),
  );
  indexMetrics(parts);
}

function indexMetrics({ registry, index }: MeasuredParts): void {
  const total = async (part: 'size' | 'tombstones' | 'unindexed'): Promise<number> =>
    (await index.status()).spaces.reduce((sum, space) => sum + space[part], 0);
  gauge(registry, 'kindred_index_items', 'Vectors that can be found', () => total('size'));
  gauge(registry, 'kindred_index_tombstones', 'Deleted and replaced vectors that still take memory', () =>
    total('tombstones'),
  );
  gauge(registry, 'kindred_index_unindexed_items', 'Vectors that are scanned until they are in the graph', () =>
    total('unindexed'),
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
