import type { EventType } from '@kindred/shared/event';
import { decayed, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { engagementWeight } from '@kindred/shared/model/engagement';
import { expect } from 'vitest';

/** Rows of `item_counters`. */
export const COUNTERS =
  'SELECT item_id AS item, short_value AS short, long_value AS long, decayed_to_ms::float8 AS "decayedToMs" FROM item_counters';

export interface StoredCounter {
  readonly item: string;
  readonly short: number;
  readonly long: number;
  readonly decayedToMs: number;
}

export interface CountingEvent {
  readonly item: string;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
}

/** Compares counters with the decayed sums of the events that count: each event counted once, and none lost. */
export function expectCountersOf(events: readonly CountingEvent[], counters: readonly StoredCounter[]): void {
  const engaged = events.filter(({ type, value }) => engagementWeight(type, value) > 0);
  const byItem = Map.groupBy(engaged, ({ item }) => item);
  const known = new Map(counters.map((counter) => [counter.item, counter]));
  expect([...byItem.keys()].filter((item) => !known.has(item))).toEqual([]);
  for (const { item, decayedToMs, ...sums } of counters) {
    const sum = (halfLifeDays: number): number =>
      (byItem.get(item) ?? []).reduce(
        (total, { type, value, atMs }) =>
          total + decayed(engagementWeight(type, value), decayedToMs - atMs, halfLifeDays),
        0,
      );
    expect(Math.abs(sums.short - sum(HALF_LIFE_DAYS.short)), item).toBeLessThan(1e-9);
    expect(Math.abs(sums.long - sum(HALF_LIFE_DAYS.long)), item).toBeLessThan(1e-9);
  }
}
