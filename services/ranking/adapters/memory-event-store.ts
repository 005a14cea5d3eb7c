import type { CatalogId, ItemId, UserId } from '@kindred/shared/id';
import type { EventOutcome, EventStore, ReadableEvent, UserPlace } from '../events/event-store.ts';
import type { HistoryEvent } from '../profile/engagement.ts';
import type { HistoryOptions, HistorySource, SeenItem, UserEvent } from '../reads/history-source.ts';
import { userHash } from '../user-hash.ts';
import type { ErasedUser, ErasureSource, Erasures } from '../users/erasure-source.ts';

interface Erasure extends ErasedUser {
  readonly log: string;
  readonly user: string;
  readonly ends: ReadonlyMap<number, number>;
}

/**
 * Events in memory, for tests: stores what came, and works out what counts at each read. No counters, because no port
 * reads them.
 */
export class MemoryEventStore implements EventStore, HistorySource, ErasureSource {
  readonly #events = new Map<CatalogId, Map<string, ReadableEvent>>();
  readonly #progress = new Map<string, number>();
  readonly #erasures: Erasure[] = [];
  readonly #deletedItems = new Set<string>();

  /** Marks an item as deleted: `latest` leaves out events on it. */
  deleteItem(catalog: CatalogId, item: ItemId): void {
    this.#deletedItems.add(`${catalog}\n${item}`);
  }

  async apply(
    log: string,
    events: readonly ReadableEvent[],
    progress: ReadonlyMap<number, number>,
  ): Promise<readonly EventOutcome[]> {
    const before = await this.progress(log, [...progress.keys()]);
    const outcomes = events.map((event) =>
      event.offset < (before.get(event.partition) ?? 0) ? 'duplicate' : this.#applyOne(log, event),
    );
    for (const [partition, offset] of progress) {
      this.#progress.set(`${log}\n${partition}`, Math.max(before.get(partition) ?? 0, offset));
    }
    return outcomes;
  }

  async progress(log: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const known = new Map<number, number>();
    for (const partition of partitions) {
      const offset = this.#progress.get(`${log}\n${partition}`);
      if (offset !== undefined) known.set(partition, offset);
    }
    return known;
  }

  async erase(catalog: CatalogId, user: UserId, log: string, ends: ReadonlyMap<number, number>): Promise<number> {
    const erasure = String(this.#erasures.length);
    this.#erasures.push({ catalog, hash: userHash(user), erasure, user, log, ends: new Map(ends) });
    const events = this.#eventsOf(catalog);
    const own = [...events.values()].filter((event) => event.user === user);
    for (const { id } of own) events.delete(id);
    return own.length;
  }

  async areErased(log: string, places: readonly UserPlace[]): Promise<readonly boolean[]> {
    return places.map((place) => this.#isErased(log, place));
  }

  async since(place: string | undefined): Promise<Erasures> {
    const users = place === undefined ? [] : this.#erasures.slice(Number(place));
    return {
      users: users.map(({ catalog, hash, erasure }) => ({ catalog, hash, erasure })),
      place: String(this.#erasures.length),
    };
  }

  async history(
    catalog: CatalogId,
    user: UserId,
    { countMax, hasSeen }: HistoryOptions,
  ): Promise<readonly HistoryEvent[]> {
    const counting = this.#latestOf(catalog, user).filter((event) => this.#counts(event));
    const engaged = counting.filter(({ type }) => type !== 'impression').slice(0, countMax);
    const seen = hasSeen ? counting.filter(({ type }) => type === 'impression').slice(0, countMax) : [];
    return [...engaged, ...seen].sort(byTime).map(shown);
  }

  async seen(catalog: CatalogId, user: UserId, items: readonly ItemId[]): Promise<readonly SeenItem[]> {
    const own = this.#latestOf(catalog, user);
    return [...new Set(items)].sort(byBytes).flatMap((item) => {
      const events = own.filter((event) => event.item === item);
      if (events.length === 0) return [];
      return [{ item, isHidden: events.some((event) => event.type === 'hide' && this.#counts(event)) }];
    });
  }

  async latest(catalog: CatalogId, user: UserId, countMax: number): Promise<readonly UserEvent[]> {
    return this.#latestOf(catalog, user)
      .filter(({ item }) => !this.#deletedItems.has(`${catalog}\n${item}`))
      .slice(0, countMax)
      .map(({ id, slate, position, ...event }) => ({
        id,
        ...shown(event),
        ...(slate !== undefined && { slate }),
        ...(position !== undefined && { position }),
      }));
  }

  #applyOne(log: string, event: ReadableEvent): EventOutcome {
    if (this.#isErased(log, { ...event, ...event.first })) return 'erased';
    const events = this.#eventsOf(event.catalog);
    if (events.has(event.id)) return 'duplicate';
    events.set(event.id, event);
    return 'applied';
  }

  #isErased(log: string, { catalog, user, partition, offset }: UserPlace): boolean {
    return this.#erasures.some(
      (erasure) =>
        erasure.log === log &&
        erasure.catalog === catalog &&
        erasure.user === user &&
        offset < (erasure.ends.get(partition) ?? 0),
    );
  }

  #eventsOf(catalog: CatalogId): Map<string, ReadableEvent> {
    const events = this.#events.get(catalog) ?? new Map<string, ReadableEvent>();
    this.#events.set(catalog, events);
    return events;
  }

  #latestOf(catalog: CatalogId, user: UserId): ReadableEvent[] {
    return [...this.#eventsOf(catalog).values()].filter((event) => event.user === user).sort(byTime);
  }

  /** True if no later event of value 0 takes it back. */
  #counts(event: ReadableEvent): boolean {
    if (event.value === 0) return false;
    const { user, item, type } = event;
    return ![...this.#eventsOf(event.catalog).values()].some(
      (other) =>
        other.value === 0 &&
        other.user === user &&
        other.item === item &&
        other.type === type &&
        byTime(other, event) < 0,
    );
  }
}

type TimedEvent = Pick<ReadableEvent, 'id' | 'atMs'>;

/** Latest first, ties by falling id. */
function byTime(a: TimedEvent, b: TimedEvent): number {
  return b.atMs - a.atMs || byBytes(b.id, a.id);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function shown({ item, type, value, atMs }: HistoryEvent): HistoryEvent {
  return { item, type, value, atMs };
}
