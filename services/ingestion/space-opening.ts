import type { Log } from '@kindred/shared/platform/log';
import pRetry from 'p-retry';
import type { NewSpace } from './catalog-store.ts';
import type { EmbeddingQueue } from './embedding-queue.ts';

export interface SpaceOpeningOptions {
  readonly queue: EmbeddingQueue;
  /** The space of the model that this process embeds with. */
  readonly space: NewSpace;
  readonly log: Log;
}

const RETRY_MS = 500;

/** Makes the model's space exist in every catalog, once per start; a database that is unavailable is waited for. */
export class SpaceOpening {
  readonly #options: SpaceOpeningOptions;
  readonly #stopping = new AbortController();
  #isDone = false;
  #opening: Promise<void> | undefined;

  constructor(options: SpaceOpeningOptions) {
    this.#options = options;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Resolves once the space exists in every catalog, or at `stop`. */
  run(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#opening;
  }

  async #open(): Promise<void> {
    const { queue, space, log } = this.#options;
    const { signal } = this.#stopping;
    try {
      await pRetry(() => queue.openSpaces(space), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: RETRY_MS,
        factor: 1,
        signal,
        onFailedAttempt: ({ error }) => log.warn({ err: error }, 'the database is not ready, trying again'),
      });
      this.#isDone = true;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
