import { setTimeout as sleep } from 'node:timers/promises';
import { decodeToken, type WriteToken } from '@kindred/shared/api/write-token';
import type { CatalogId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import type { EventStore } from '../ports.ts';

/** What a read must reflect, and does from now on. */
export interface Reflected {
  /** The index position that holds the write; 0 where it was not of an item. */
  readonly position: number;
}

/** Lets reads wait for the write that they name. */
export interface WriteWaiter {
  /**
   * Resolves once the write behind the token is reflected: an item is indexed or has failed, events are in their users'
   * histories; at once with `undefined` without a token.
   * @throws {Problem} `invalid-token`; `not-yet-applied` after one second.
   */
  reflected(catalog: CatalogId, after: string | undefined): Promise<Reflected | undefined>;
  /** Lets waiting reads look again, now that something was applied. */
  applied(): void;
}

const TIMEOUT_MS = 1_000;
/** Another process may have applied it. */
const POLL_MS = 20;

export function createWriteWaiter(events: EventStore, neighbors: NeighborSource): WriteWaiter {
  const waiting = new Set<() => void>();

  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, POLL_MS);
      waiting.add(done);
    });

  const eventsApplied = async ({ log, offsets }: WriteToken, deadline: number): Promise<boolean> => {
    if (log === undefined || offsets === undefined) return true;
    const wanted = Object.entries(offsets).map(([partition, offset]) => ({ partition: Number(partition), offset }));
    const partitions = wanted.map(({ partition }) => partition);
    for (;;) {
      const progress = await events.progress(log, partitions);
      if (wanted.every(({ partition, offset }) => (progress.get(partition) ?? 0) > offset)) return true;
      if (Date.now() >= deadline) return false;
      await woken();
    }
  };

  return {
    async reflected(catalog, after) {
      if (after === undefined) return undefined;
      const token = decodeToken(after);
      const whenReflected = async (): Promise<Reflected | undefined> => {
        const position = token.change === undefined ? 0 : await neighbors.reached(catalog, token.change, TIMEOUT_MS);
        if (position === undefined || !(await eventsApplied(token, Date.now() + TIMEOUT_MS))) return undefined;
        return { position };
      };
      // Where the database hangs, the answer must not.
      const giveUp = new AbortController();
      const tooLate = sleep(TIMEOUT_MS + POLL_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
      const reflected = await Promise.race([whenReflected(), tooLate]).finally(() => giveUp.abort());
      if (reflected !== undefined) return reflected;
      throw new Problem('not-yet-applied', 'the write behind "after" is not reflected within a second');
    },
    applied: () => {
      for (const wake of waiting) wake();
    },
  };
}
