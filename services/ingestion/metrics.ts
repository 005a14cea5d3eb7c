import { gauge, type Registry } from '@kindred/shared/platform/metrics';
import type { EmbeddingBacklog, EmbeddingQueue } from './embedding-queue.ts';
import type { EmbeddingWorker } from './embedding-worker.ts';

/** Registers the metrics of ingestion. The backlog is that of all replicas together. */
export function ingestionMetrics(registry: Registry, queue: EmbeddingQueue, worker: EmbeddingWorker): void {
  const backlog = async (part: keyof EmbeddingBacklog): Promise<number> => (await queue.backlog())[part];
  gauge(registry, 'kindred_embedding_backlog_items', 'Items whose text is not embedded yet', () => backlog('waiting'));
  gauge(registry, 'kindred_embedding_failed_items', 'Items whose text could not be embedded', () => backlog('failed'));
  gauge(registry, 'kindred_embedded_items', 'Texts embedded since the start', () => worker.embeddedCount);
}
