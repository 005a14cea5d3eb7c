import type { CatalogId, ItemId, UserId } from '@kindred/shared/id';
import { LRUCache } from 'lru-cache';
import type { HistoryEvent } from '../profile/engagement.ts';
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

/** Users as they were last read, for when the store is unavailable; users outside the bound are unknown. */
export class LastKnownUsers {
  readonly #users = new LRUCache<string, LastKnown>({
    maxSize: EVENTS_MAX,
    sizeCalculation: ({ history }) => history.length + SEEN_PER_USER_MAX / 10,
    ttl: KEPT_MS,
  });

  /** An empty history forgets the user. */
  rememberHistory(catalog: CatalogId, user: UserId, history: readonly HistoryEvent[]): void {
    const key = keyOf(catalog, user);
    if (history.length === 0) {
      this.#users.delete(key);
      return;
    }
    this.#users.set(key, { history, seen: this.#users.peek(key)?.seen ?? new Map() });
  }

  /** Remembers seen items of a user whose history is known. */
  rememberSeen(catalog: CatalogId, user: UserId, items: readonly SeenItem[]): void {
    const seen = this.#users.peek(keyOf(catalog, user))?.seen;
    if (seen === undefined) return;
    if (seen.size > SEEN_PER_USER_MAX) seen.clear();
    for (const { item, isHidden } of items) seen.set(item, isHidden);
  }

  history(catalog: CatalogId, user: UserId): readonly HistoryEvent[] {
    return this.#users.get(keyOf(catalog, user))?.history ?? [];
  }

  /** @returns Those of the items that the user is known to have an event on. */
  seen(catalog: CatalogId, user: UserId, items: readonly ItemId[]): readonly SeenItem[] {
    const known = this.#users.get(keyOf(catalog, user));
    if (known === undefined) return [];
    // Hides that were taken back are not in the history.
    const hidden = new Set(known.history.filter(({ type }) => type === 'hide').map(({ item }) => item));
    const engaged = new Set(known.history.map(({ item }) => item));
    return items
      .filter((item) => engaged.has(item) || known.seen.has(item))
      .map((item) => ({ item, isHidden: hidden.has(item) || known.seen.get(item) === true }));
  }

  forget(catalog: CatalogId, user: UserId): void {
    this.#users.delete(keyOf(catalog, user));
  }
}

/** Ids hold no control characters, so no two pairs have the same key. */
function keyOf(catalog: CatalogId, user: UserId): string {
  return `${catalog}\n${user}`;
}
