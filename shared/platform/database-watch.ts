import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';
import type { Log } from './log.ts';

/** The database to watch, and how often. */
export interface DatabaseWatchOptions {
  readonly database: Database;
  readonly log: Log;
  /** Pause between two looks, in milliseconds. */
  readonly intervalMs?: number;
  /** A look without an answer for this long counts as a failure, in milliseconds. */
  readonly timeoutMs?: number;
}

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 2_000;

/**
 * Knows whether a service's database answers, for its readiness, by asking the smallest query once per interval. Until the
 * first answer it counts as unreachable. Its failures and recoveries are logged once each.
 */
export class DatabaseWatch {
  readonly #database: Database;
  readonly #log: Log;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #stopping = new AbortController();
  #isReachable = false;
  #watching: Promise<void> | undefined;

  constructor({ database, log, intervalMs = INTERVAL_MS, timeoutMs = TIMEOUT_MS }: DatabaseWatchOptions) {
    this.#database = database;
    this.#log = log;
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
  }

  /** True if the database answered when it was last asked. */
  get isReachable(): boolean {
    return this.#isReachable;
  }

  start(): void {
    this.#watching ??= this.#watch();
  }

  /** Resolves once no query of the watch is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#look();
      await sleep(this.#intervalMs, undefined, { signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    // Its own time limit, in place of the pool's longer one: the types of pg do not know it.
    const question = { text: 'SELECT 1', query_timeout: this.#timeoutMs };
    try {
      await this.#database.query(question);
      if (!this.#isReachable) this.#log.info('the database answers');
      this.#isReachable = true;
    } catch (error) {
      if (this.#isReachable) this.#log.warn({ err: error }, 'the database does not answer');
      this.#isReachable = false;
    }
  }
}
