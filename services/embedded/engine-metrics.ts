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
export function engineMetrics({ registry, index, queue, embedding, consumer }: MeasuredParts): void {
  gauge(
    registry,
    'kindred_embedding_backlog_items',
    'Items whose text is not embedded yet',
    async () => (await queue.backlog()).waiting,
  );
  gauge(
    registry,
    'kindred_embedding_failed_items',
    'Items whose text could not be embedded',
    async () => (await queue.backlog()).failed,
  );
  gauge(registry, 'kindred_embedded_items_total', 'Texts embedded since the start', embedding.embeddedCount);
  gauge(registry, 'kindred_event_log_lag_messages', 'Messages of the event log that wait to be applied', () =>
    consumer.lag(),
  );
  void index;
}
