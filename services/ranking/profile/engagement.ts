import type { EventType } from '@kindred/shared/event';
import type { ItemId } from '@kindred/shared/id';
import { engagementWeight } from '@kindred/shared/model/engagement';

/** One event of a user's history that was not taken back. */
export interface HistoryEvent {
  readonly item: ItemId;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
}

/** A user's positive events on one item, taken together. */
export interface Engagement {
  readonly item: ItemId;
  /** Weight of the strongest event, greater than 0; weaker ones add nothing. */
  readonly weight: number;
  readonly latestMs: number;
}

/**
 * A user's positive engagements, one per item.
 * @param events  Latest first.
 * @returns Latest first, ties in the order of the events; without items that are hidden now. Cost: O(events).
 */
export function engagementsOf(events: readonly HistoryEvent[]): readonly Engagement[] {
  const byItem = new Map<ItemId, { item: ItemId; weight: number; latestMs: number }>();
  const hidden = new Set(events.filter((event) => event.type === 'hide').map((event) => event.item));
  for (const { item, type, value, atMs } of events) {
    const weight = engagementWeight(type, value);
    if (weight === 0 || hidden.has(item)) continue;
    const known = byItem.get(item);
    if (known === undefined) byItem.set(item, { item, weight, latestMs: atMs });
    else known.weight = Math.max(known.weight, weight);
  }
  return [...byItem.values()];
}
