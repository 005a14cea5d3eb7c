import type { EventType } from '@kindred/shared/event';
import type { ItemId } from '@kindred/shared/id';

/** The weight of the strongest event. */
export const MOST_ENGAGED = 3;

/** How strongly an event says that its user likes the item, in [0, 3]: 0 for what says nothing or the opposite. */
export function engagementWeight(type: EventType, value: number): number {
  switch (type) {
    case 'save':
      return value > 0 ? MOST_ENGAGED : 0;
    case 'click':
      return value > 0 ? 1 : 0;
    case 'dwell':
      // Seconds: a minute says as much as a click and a half.
      return (1.5 * Math.min(value, 60)) / 60;
    case 'impression':
    case 'hide':
      return 0;
    default:
      throw new Error(`unknown event type ${type satisfies never}`);
  }
}

/** One event of a user's history that was not taken back. */
export interface HistoryEvent {
  readonly item: ItemId;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
}

/** All that a user positively did with one item. */
export interface Engagement {
  readonly item: ItemId;
  /** Greater than 0: the strongest event counts once, whatever came with it. */
  readonly weight: number;
  readonly latestMs: number;
}

/**
 * A user's positive engagements, one an item.
 * @param events  Latest first, as the history is read.
 * @returns Latest first, ties in the order of the events. Items that are hidden now are left out. Cost: O(events).
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
