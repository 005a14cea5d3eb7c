import { type CatalogId, compareIds, type ItemId, type UserId } from '@kindred/shared/id';
import type { HistoryEvent } from '../profile/engagement.ts';
import type { HistoryOptions, HistorySource, SeenItem, UserEvent } from './history-source.ts';

export interface StoredEvent extends UserEvent {
  /** True if an event of value 0 took it back. */
  readonly isRetracted: boolean;
}

/** Holds the events of all users in memory, without a bound. */
export class MemoryHistorySource implements HistorySource {
  readonly #events = new Map<string, StoredEvent[]>();
  readonly #deleted = new Set<string>();

  add(catalog: CatalogId, user: UserId, event: StoredEvent): void {
    this.#events.set(keyOf(catalog, user), [...this.#of(catalog, user), event].sort(latestFirst));
  }

  /** Deletes all events of the user. */
  erase(catalog: CatalogId, user: UserId): void {
    this.#events.delete(keyOf(catalog, user));
  }

  /** Says that the catalog's item was deleted. */
  removeItem(catalog: CatalogId, item: ItemId): void {
    this.#deleted.add(keyOf(catalog, item));
  }

  async history(
    catalog: CatalogId,
    user: UserId,
    { countMax, hasSeen }: HistoryOptions,
  ): Promise<readonly HistoryEvent[]> {
    const counting = this.#of(catalog, user).filter(isCounting);
    const positive = counting.filter(({ type }) => type !== 'impression').slice(0, countMax);
    const seen = hasSeen ? counting.filter(({ type }) => type === 'impression').slice(0, countMax) : [];
    return [...positive, ...seen]
      .sort(latestFirst)
      .map(({ item, type, value, atMs }): HistoryEvent => ({ item, type, value, atMs }));
  }

  async seen(catalog: CatalogId, user: UserId, items: readonly ItemId[]): Promise<readonly SeenItem[]> {
    const events = this.#of(catalog, user);
    return [...items].sort(compareIds).flatMap((item) => {
      const own = events.filter((event) => event.item === item);
      if (own.length === 0) return [];
      return [{ item, isHidden: own.some((event) => event.type === 'hide' && isCounting(event)) }];
    });
  }

  async latest(catalog: CatalogId, user: UserId, countMax: number): Promise<readonly UserEvent[]> {
    return this.#of(catalog, user)
      .filter(({ item }) => !this.#deleted.has(keyOf(catalog, item)))
      .slice(0, countMax)
      .map(({ id, item, type, value, atMs }): UserEvent => ({ id, item, type, value, atMs }));
  }

  #of(catalog: CatalogId, user: UserId): readonly StoredEvent[] {
    return this.#events.get(keyOf(catalog, user)) ?? [];
  }
}

function isCounting({ value, isRetracted }: StoredEvent): boolean {
  return value > 0 && !isRetracted;
}

function latestFirst(left: StoredEvent, right: StoredEvent): number {
  return right.atMs - left.atMs || compareIds(right.id, left.id);
}

/** Ids hold no control characters, so no two pairs have the same key. */
function keyOf(catalog: CatalogId, id: UserId | ItemId): string {
  return `${catalog}\n${id}`;
}
