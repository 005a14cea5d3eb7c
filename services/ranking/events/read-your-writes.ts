import { setTimeout as sleep } from 'node:timers/promises';
import { decodeToken, type WriteToken } from '@kindred/shared/api/write-token';
import type { CatalogId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { Signal } from '@kindred/shared/platform/signal';
import { Problem } from '@kindred/shared/problem';
import type { EventStore } from './event-store.ts';

/** A write that a read reflects from now on. */
export interface Reflected {
  /** Index position that holds the write; 0 for a write of events. */
  readonly position: number;
}

export interface ReadYourWritesOptions {
  readonly events: Pick<EventStore, 'progress'>;
  readonly neighbors: Pick<NeighborSource, 'reached'>;
  /** Longest wait for a write; default one second, as the API promises. */
  readonly timeoutMs?: number;
}

/** Poll interval: another process may have applied the write. */
const POLL_MS = 20;

/** Lets a read wait for the write that its token names. */
export class ReadYourWrites {
  readonly #events: Pick<EventStore, 'progress'>;
  readonly #neighbors: Pick<NeighborSource, 'reached'>;
  readonly #timeoutMs: number;
  readonly #applied = new Signal();

  constructor({ events, neighbors, timeoutMs = 1_000 }: ReadYourWritesOptions) {
    this.#events = events;
    this.#neighbors = neighbors;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves once the write is reflected: its items are indexed or failed, its events are in their users' histories.
   * @param after  The write's token; without one it resolves at once with `undefined`.
   * @throws {Problem} `invalid-token`; `not-yet-applied` once the time is over, also if a store does not answer.
   */
  async reflected(catalog: CatalogId, after: string | undefined): Promise<Reflected | undefined> {
    if (after === undefined) return undefined;
    const token = decodeToken(after);
    // The answer must not hang with the database.
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const tooLate = sleep(this.#timeoutMs + POLL_MS, undefined, { signal }).catch(() => undefined);
    const reflected = await Promise.race([this.#wait(catalog, token), tooLate]).finally(() => giveUp.abort());
    if (reflected !== undefined) return reflected;
    throw new Problem('not-yet-applied', 'the write behind "after" is not reflected within a second');
  }

  /** Lets waiting reads check again because events were applied. */
  notifyApplied(): void {
    this.#applied.notify();
  }

  async #wait(catalog: CatalogId, token: WriteToken): Promise<Reflected | undefined> {
    const deadlineMs = performance.now() + this.#timeoutMs;
    const { change } = token;
    const position = change === undefined ? 0 : await this.#neighbors.reached(catalog, change, this.#timeoutMs);
    if (position === undefined || !(await this.#eventsApplied(token, deadlineMs))) return undefined;
    return { position };
  }

  async #eventsApplied({ log, offsets }: WriteToken, deadlineMs: number): Promise<boolean> {
    if (log === undefined || offsets === undefined) return true;
    const wanted = Object.entries(offsets).map(([partition, offset]) => ({ partition: Number(partition), offset }));
    const partitions = wanted.map(({ partition }) => partition);
    for (;;) {
      const progress = await this.#events.progress(log, partitions);
      if (wanted.every(({ partition, offset }) => (progress.get(partition) ?? 0) > offset)) return true;
      if (performance.now() >= deadlineMs) return false;
      await this.#applied.wait(POLL_MS);
    }
  }
}
