import type { Embedder } from '@kindred/shared/embedding/embedder';
import type { SpaceId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import type { EmbeddedTask, EmbeddingOutcome, EmbeddingQueue, EmbeddingTask } from './item-store.ts';

export interface EmbeddingWorkerOptions {
  readonly queue: EmbeddingQueue;
  /** The embedder of a space; `undefined` where its model is not known here. Called for each piece of work. */
  readonly embedderOf: (space: SpaceId) => Embedder | undefined;
  readonly concurrency: number;
  readonly log: Log;
  /** Told after a commit, so that followers need not wait for their next poll. */
  readonly onEmbedded?: () => void;
}

export interface EmbeddingWorker {
  /** Says that there may be work. */
  wake(): void;
  readonly embeddedCount: () => number;
  stop(): Promise<void>;
}

/** Small, so that a search for a new item waits for few others, and a kill repeats little. */
const BATCH_SIZE = 8;
const POLL_MS = 500;

/** Embeds what is queued, `concurrency` batches at a time, until it is stopped. A failure of the database is waited out. */
export function startEmbeddingWorker(options: EmbeddingWorkerOptions): EmbeddingWorker {
  const { queue, embedderOf, concurrency, log, onEmbedded } = options;
  let isStopping = false;
  let embeddedCount = 0;
  const sleepers = new Set<() => void>();

  const wake = (): void => {
    for (const sleeper of sleepers) sleeper();
  };
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        sleepers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      sleepers.add(done);
    });

  const embedAll = async (embedder: Embedder, tasks: readonly EmbeddingTask[]): Promise<EmbeddingOutcome> => {
    const embedded: EmbeddedTask[] = [];
    const failures: { task: EmbeddingTask; reason: string }[] = [];
    for (const task of tasks) {
      if (isStopping) break;
      try {
        embedded.push({ ...task, vector: await embedder.embed(task.text, 'item') });
      } catch (error) {
        failures.push({ task, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    embeddedCount += embedded.length;
    return { embedded, failures };
  };

  const workOnce = async (): Promise<number> => {
    let count = 0;
    for (const space of await queue.spacesWithWork()) {
      const embedder = embedderOf(space);
      if (embedder === undefined || isStopping) continue;
      count += await queue.work(space, BATCH_SIZE, (tasks) => embedAll(embedder, tasks));
    }
    if (count > 0) onEmbedded?.();
    else if ((await queue.promoteFilled()) > 0) onEmbedded?.();
    return count;
  };

  const loop = async (): Promise<void> => {
    while (!isStopping) {
      try {
        if ((await workOnce()) === 0) await sleep(POLL_MS);
      } catch (error) {
        log.warn({ err: error }, 'embedding paused');
        await sleep(POLL_MS);
      }
    }
  };

  const loops = Array.from({ length: concurrency }, loop);
  return {
    wake,
    embeddedCount: () => embeddedCount,
    stop: async () => {
      isStopping = true;
      wake();
      await Promise.all(loops);
    },
  };
}
