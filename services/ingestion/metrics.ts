import { gauge, type Registry } from '@kindred/shared/platform/metrics';
import type { EmbeddingWorker } from './embedding-worker.ts';
import type { EmbeddingQueue } from './item-store.ts';

/** Registers what ingestion says of itself. The backlog is that of all replicas together. */
export function ingestionMetrics(registry: Registry, queue: EmbeddingQueue, embedding: EmbeddingWorker): void {
  const backlog = async (part: 'waiting' | 'failed'): Promise<number> => (await queue.backlog())[part];
  gauge(registry, 'kindred_embedding_backlog_items', 'Items whose text is not embedded yet', () => backlog('waiting'));
  gauge(registry, 'kindred_embedding_failed_items', 'Items whose text could not be embedded', () => backlog('failed'));
  gauge(registry, 'kindred_embedded_items', 'Texts embedded since the start', embedding.embeddedCount);
}
