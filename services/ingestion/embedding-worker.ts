import type { Embedder } from '@kindred/shared/embedding/embedder';
import type { SpaceId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import { Signal } from '@kindred/shared/platform/signal';
import type { EmbeddedTask, EmbeddingOutcome, EmbeddingQueue, EmbeddingTask } from './embedding-queue.ts';

/** Queue, embedders and pace of a worker. */
export interface EmbeddingWorkerOptions {
  readonly queue: EmbeddingQueue;
  /** The embedder of a space; `undefined` where its model is not known here. Called for each batch. */
  readonly embedderOf: (space: SpaceId) => Embedder | undefined;
  /** Batches embedded at once. */
  readonly concurrency: number;
  readonly log: Log;
  /** Called after each commit, so that followers need not wait for their next poll. */
  readonly onEmbedded?: () => void;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
}

/** Small, so that a search for a new item waits for few others, and a kill repeats little. */
const BATCH_SIZE = 8;
const POLL_MS = 500;
/** The database takes a claim back after a minute (`idle_in_transaction_session_timeout`): a longer batch is lost. */
const STALLED_MS = 60_000;
/** Embedded to tell an embedder that fails from a text that cannot be embedded. */
const PROBE_TEXT = 'probe';

/**
 * Embeds queued texts until it is stopped, `concurrency` batches at a time. Failures of the database are waited out. While
 * the embedder of a space fails at any text, the space's tasks stay queued.
 */
export class EmbeddingWorker {
  readonly #options: EmbeddingWorkerOptions;
  readonly #nowMs: () => number;
  readonly #work = new Signal();
  /** Start of each batch under way. */
  readonly #batchStartsMs = new Set<{ readonly startMs: number }>();
  readonly #failingSpaces = new Set<SpaceId>();
  #loops: readonly Promise<void>[] = [];
  #embeddedCount = 0;
  #isStopping = false;

  constructor(options: EmbeddingWorkerOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Number of texts embedded since the start. */
  get embeddedCount(): number {
    return this.#embeddedCount;
  }

  /** True if batches come through: no embedder fails at every text, and no batch hangs. */
  get isWorking(): boolean {
    const deadlineMs = this.#nowMs() - STALLED_MS;
    return this.#failingSpaces.size === 0 && [...this.#batchStartsMs].every(({ startMs }) => startMs > deadlineMs);
  }

  start(): void {
    if (this.#loops.length > 0) return;
    this.#loops = Array.from({ length: this.#options.concurrency }, () => this.#loop());
  }

  /** Looks for work now instead of at the next poll. */
  wake(): void {
    this.#work.notify();
  }

  /** Resolves once no batch is under way; what a batch has embedded by then is stored. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#work.notify();
    await Promise.all(this.#loops);
  }

  async #loop(): Promise<void> {
    while (!this.#isStopping) {
      const count = await this.#workOnce().catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'embedding paused');
        return 0;
      });
      if (count === 0 && !this.#isStopping) await this.#work.wait(POLL_MS);
    }
  }

  /** @returns The number of tasks claimed. */
  async #workOnce(): Promise<number> {
    const { queue, embedderOf, onEmbedded } = this.#options;
    let count = 0;
    // A space that failed is looked at without work too, or nothing would ever show that its embedder works again.
    for (const space of new Set([...(await queue.spacesWithWork()), ...this.#failingSpaces])) {
      const embedder = embedderOf(space);
      if (embedder === undefined || this.#isStopping) continue;
      if (this.#failingSpaces.has(space) && !(await this.#canEmbed(space, embedder))) continue;
      count += await queue.work(space, BATCH_SIZE, (tasks) => this.#embedTimed(space, embedder, tasks));
    }
    if (count > 0) onEmbedded?.();
    else if ((await queue.promoteFilled()) > 0) onEmbedded?.();
    return count;
  }

  async #embedTimed(space: SpaceId, embedder: Embedder, tasks: readonly EmbeddingTask[]): Promise<EmbeddingOutcome> {
    const batch = { startMs: this.#nowMs() };
    this.#batchStartsMs.add(batch);
    try {
      const outcome = await this.#embedAll(embedder, tasks);
      if (outcome.embedded.length > 0) this.#failingSpaces.delete(space);
      else if (outcome.failures.length > 0) await this.#canEmbed(space, embedder);
      return outcome;
    } finally {
      this.#batchStartsMs.delete(batch);
    }
  }

  async #embedAll(embedder: Embedder, tasks: readonly EmbeddingTask[]): Promise<EmbeddingOutcome> {
    const embedded: EmbeddedTask[] = [];
    const failures: { task: EmbeddingTask; reason: string }[] = [];
    for (const task of tasks) {
      if (this.#isStopping) break;
      try {
        embedded.push({ ...task, vector: await embedder.embed(task.text, 'item') });
      } catch (error) {
        failures.push({ task, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    this.#embeddedCount += embedded.length;
    return { embedded, failures };
  }

  /** Asks the embedder for a text that any embedder takes, and keeps the result. */
  async #canEmbed(space: SpaceId, embedder: Embedder): Promise<boolean> {
    try {
      await embedder.embed(PROBE_TEXT, 'item');
      this.#failingSpaces.delete(space);
      return true;
    } catch (error) {
      if (!this.#failingSpaces.has(space)) this.#options.log.error({ err: error, space }, 'the embedder fails');
      this.#failingSpaces.add(space);
      return false;
    }
  }
}
