import type { Log } from '@kindred/shared/platform/log';
import { Signal } from '@kindred/shared/platform/signal';
import type { ErasedUser, ErasureSource } from './erasure-source.ts';

export interface ErasureFollowerOptions {
  readonly erasures: ErasureSource;
  /** Forgets what this process remembers of a user. */
  readonly forget: (user: Pick<ErasedUser, 'catalog' | 'hash'>) => void;
  /** Forgets all users: which of them were erased before the following began is not known. */
  readonly forgetAll: () => void;
  readonly log: Log;
  readonly pollMs?: number;
}

const POLL_MS = 1_000;

/**
 * Makes this process forget users within seconds of their erasure by any process. While the database is unavailable,
 * nobody can be erased either; the first poll after an outage catches up.
 */
export class ErasureFollower {
  readonly #options: ErasureFollowerOptions;
  readonly #stopping = new Signal();
  #isStopped = false;
  #isFailing = false;
  #place: string | undefined;
  /** Erasures of the last answer: they come again while a transaction from before them is running. */
  #last: ReadonlySet<string> = new Set();

  private constructor(options: ErasureFollowerOptions) {
    this.#options = options;
    void this.#run();
  }

  /** Starts to follow; does not wait for the database. */
  static start(options: ErasureFollowerOptions): ErasureFollower {
    return new ErasureFollower(options);
  }

  /** True once the database has answered for the first time. */
  get isFollowing(): boolean {
    return this.#place !== undefined;
  }

  /** Begins no other poll; does not wait for the one at hand, which a database that hangs can hold up. */
  stop(): void {
    this.#isStopped = true;
    this.#stopping.notify();
  }

  async #run(): Promise<void> {
    const { pollMs = POLL_MS, log } = this.#options;
    while (!this.#isStopped) {
      try {
        await this.#poll();
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing && !this.#isStopped) log.warn({ err: error }, 'erasures cannot be read for now');
        this.#isFailing = true;
      }
      if (!this.#isStopped) await this.#stopping.wait(pollMs);
    }
  }

  async #poll(): Promise<void> {
    const { erasures, forget, forgetAll } = this.#options;
    const isFirst = this.#place === undefined;
    const { users, place } = await erasures.since(this.#place);
    if (isFirst) forgetAll();
    for (const user of users) if (!this.#last.has(keyOf(user))) forget(user);
    this.#last = new Set(users.map(keyOf));
    this.#place = place;
  }
}

function keyOf({ catalog, hash, erasure }: ErasedUser): string {
  return `${catalog} ${erasure} ${hash.toString('base64')}`;
}
