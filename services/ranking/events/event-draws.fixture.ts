import { EVENT_TYPES, type EventType } from '@kindred/shared/event';
import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import fc from 'fast-check';
import type { EventStore, ReadableEvent } from './event-store.ts';

export const DAY_MS = 86_400_000;

/** An event by small numbers. */
export interface Draw {
  readonly id: number;
  readonly user: number;
  readonly item: number;
  readonly type: EventType;
  readonly value: number;
  readonly day: number;
}

/** Few ids, users, items and days, so that repeats, retractions and ties are common. */
export const draws = fc.array(
  fc.record({
    id: fc.nat(25),
    user: fc.nat(1),
    item: fc.nat(2),
    type: fc.constantFrom(...EVENT_TYPES),
    value: fc.constantFrom(0, 0, 1, 2.5, 40),
    day: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 40 },
);

export const SAVE: Draw = { id: 1, user: 0, item: 0, type: 'save', value: 1, day: 1 };

export const userOf = (user: number): UserId => `u${user}` as UserId;

export const itemOf = (item: number): ItemId => `i${item}` as ItemId;

export function eventOf(catalog: CatalogId, draw: Draw, offset: number, partition = 0): ReadableEvent {
  return {
    catalog,
    id: `e${draw.id}` as EventId,
    user: userOf(draw.user),
    item: itemOf(draw.item),
    type: draw.type,
    value: draw.value,
    atMs: draw.day * DAY_MS,
    slate: undefined,
    position: undefined,
    partition,
    offset,
  };
}

/** Events that count, by definition: the first of each id, without those that a later event of value 0 takes back. */
export function counting(events: readonly ReadableEvent[]): readonly ReadableEvent[] {
  const first = [...new Map([...events].reverse().map((event) => [event.id, event])).values()];
  const isLater = (a: ReadableEvent, b: ReadableEvent): boolean =>
    a.atMs > b.atMs || (a.atMs === b.atMs && a.id > b.id);
  const takesBack = (other: ReadableEvent, event: ReadableEvent): boolean =>
    other.value === 0 &&
    other.user === event.user &&
    other.item === event.item &&
    other.type === event.type &&
    isLater(other, event);
  return first.filter((event) => event.value > 0 && !first.some((other) => takesBack(other, event)));
}

export interface Batches {
  readonly size: number;
  /** Partitions that the events come from, in turn. */
  readonly partitions: readonly number[];
}

/** Applies events of one catalog as they come from a log that is named as the catalog. */
export async function applyInBatches(
  store: EventStore,
  events: readonly ReadableEvent[],
  { size, partitions }: Batches,
): Promise<void> {
  const placed = events.map((event, index) => ({ ...event, partition: partitions[index % partitions.length]! }));
  for (let start = 0; start < placed.length; start += size) {
    const progress = new Map(partitions.map((partition) => [partition, start + size]));
    await store.apply(placed[0]!.catalog, placed.slice(start, start + size), progress);
  }
}
