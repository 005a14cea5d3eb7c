import type { CatalogId, ItemId, UserId } from '@kindred/shared/id';
import { LRUCache } from 'lru-cache';
import type { HistoryEvent } from '../profile/engagement.ts';
import { userHash } from '../user-hash.ts';
import type { SeenItem } from './history-source.ts';

interface LastKnown {
  readonly history: readonly HistoryEvent[];
  /** Seen items by whether they are hidden. */
  readonly seen: Map<ItemId, boolean>;
}

/** Some 100 bytes each. */
const EVENTS_MAX = 500_000;
const SEEN_PER_USER_MAX = 1_000;
const KEPT_MS = 12 * 3_600_000;
/** Longer than any read takes: a read that began before its user was forgotten is not remembered. */
const FORGOTTEN_MS = 60_000;
const FORGOTTEN_MAX = 100_000;

/** A user of a catalog and the moment at which their read began, by `performance.now()`. */
export interface UserRead {
  readonly catalog: CatalogId;
  readonly user: UserId;
  readonly startMs: number;
}

/** Users as they were last read, for when the store is unavailable; users outside the bound are unknown. */
export class LastKnownUsers {
  readonly #users = new LRUCache<string, LastKnown>({
    maxSize: EVENTS_MAX,
    sizeCalculation: ({ history }) => history.length + SEEN_PER_USER_MAX / 10,
    ttl: KEPT_MS,
  });
  /** Times at which users were forgotten. */
  readonly #forgottenMs = new LRUCache<string, number>({ max: FORGOTTEN_MAX, ttl: FORGOTTEN_MS });
  #allForgottenMs = Number.NEGATIVE_INFINITY;

  /** An empty history forgets the user. */
  rememberHistory({ catalog, user, startMs }: UserRead, history: readonly HistoryEvent[]): void {
    const key = keyOf(catalog, userHash(user));
    if (history.length === 0) this.#users.delete(key);
    else if (!this.#isForgottenSince(key, startMs)) {
      this.#users.set(key, { history, seen: this.#users.peek(key)?.seen ?? new Map() });
    }
  }

  /** Remembers seen items of a user whose history is known. */
  rememberSeen({ catalog, user, startMs }: UserRead, items: readonly SeenItem[]): void {
    const key = keyOf(catalog, userHash(user));
    const seen = this.#users.peek(key)?.seen;
    if (seen === undefined || this.#isForgottenSince(key, startMs)) return;
    if (seen.size > SEEN_PER_USER_MAX) seen.clear();
    for (const { item, isHidden } of items) seen.set(item, isHidden);
  }

  history(catalog: CatalogId, user: UserId): readonly HistoryEvent[] {
    return this.#users.get(keyOf(catalog, userHash(user)))?.history ?? [];
  }

  /** @returns Those of the items that the user is known to have an event on. */
  seen(catalog: CatalogId, user: UserId, items: readonly ItemId[]): readonly SeenItem[] {
    const known = this.#users.get(keyOf(catalog, userHash(user)));
    if (known === undefined) return [];
    // Hides that were taken back are not in the history.
    const hidden = new Set(known.history.filter(({ type }) => type === 'hide').map(({ item }) => item));
    const engaged = new Set(known.history.map(({ item }) => item));
    return items
      .filter((item) => engaged.has(item) || known.seen.has(item))
      .map((item) => ({ item, isHidden: hidden.has(item) || known.seen.get(item) === true }));
  }

  /** Forgets a user, also in reads that are under way. @param hash  By `userHash`. */
  forget(catalog: CatalogId, hash: Buffer): void {
    const key = keyOf(catalog, hash);
    this.#users.delete(key);
    this.#forgottenMs.set(key, performance.now());
  }

  /** Forgets every user, also in reads that are under way. */
  forgetAll(): void {
    this.#users.clear();
    this.#allForgottenMs = performance.now();
  }

  #isForgottenSince(key: string, startMs: number): boolean {
    return Math.max(this.#allForgottenMs, this.#forgottenMs.get(key) ?? Number.NEGATIVE_INFINITY) >= startMs;
  }
}

function keyOf(catalog: CatalogId, hash: Buffer): string {
  return `${catalog}\n${hash.toString('base64')}`;
}
