import type { EventType } from '@kindred/shared/event';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import { HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { engagementWeight } from '@kindred/shared/model/engagement';
import type { Transaction } from '@kindred/shared/platform/database';
import { counted, type ItemCounter, NO_COUNTER, rankOf } from '../events/counter.ts';

export interface CountedEvent {
  readonly item: ItemId;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
}

/**
 * Adds events to the counters of their items and takes others away. The caller holds the catalog's lock, so what is
 * read here is still so when it is written. Two round trips, whatever the number of events.
 */
export async function updateCounters(
  client: Transaction,
  catalog: CatalogId,
  added: readonly CountedEvent[],
  removed: readonly CountedEvent[],
): Promise<void> {
  const items = [...new Set([...added, ...removed].map((event) => event.item))];
  if (items.length === 0) return;
  const { rows } = await client.query<ItemCounter & { item: ItemId }>({
    name: 'counters',
    text: `SELECT item_id AS item, impressions, clicks, saves, dwells, hides,
       short_value AS "shortValue", long_value AS "longValue", decayed_to_ms AS "decayedToMs"
     FROM item_counters WHERE catalog = $1 AND item_id = ANY($2)`,
    values: [catalog, items],
  });
  const counters = new Map<ItemId, ItemCounter>(rows.map(({ item, ...counter }) => [item, counter]));
  const change = (event: CountedEvent, sign: 1 | -1): void => {
    const weighted = { type: event.type, atMs: event.atMs, weight: engagementWeight(event.type, event.value) };
    counters.set(event.item, counted(counters.get(event.item) ?? NO_COUNTER, weighted, sign));
  };
  for (const event of added) change(event, 1);
  for (const event of removed) change(event, -1);
  await write(
    client,
    catalog,
    items,
    items.map((item) => counters.get(item)!),
  );
}

async function write(
  client: Transaction,
  catalog: CatalogId,
  items: readonly ItemId[],
  counters: readonly ItemCounter[],
): Promise<void> {
  const rank = (value: number, counter: ItemCounter, days: number): number | null =>
    rankOf(value, counter.decayedToMs, days) ?? null;
  await client.query({
    name: 'store-counters',
    text: `INSERT INTO item_counters (catalog, item_id, impressions, clicks, saves, dwells, hides,
       short_value, long_value, decayed_to_ms, short_rank, long_rank)
     SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
       $8::float8[], $9::float8[], $10::bigint[], $11::float8[], $12::float8[])
     ON CONFLICT (catalog, item_id) DO UPDATE SET
       impressions = excluded.impressions, clicks = excluded.clicks, saves = excluded.saves, dwells = excluded.dwells,
       hides = excluded.hides, short_value = excluded.short_value, long_value = excluded.long_value,
       decayed_to_ms = excluded.decayed_to_ms, short_rank = excluded.short_rank, long_rank = excluded.long_rank`,
    values: [
      catalog,
      items,
      counters.map((counter) => counter.impressions),
      counters.map((counter) => counter.clicks),
      counters.map((counter) => counter.saves),
      counters.map((counter) => counter.dwells),
      counters.map((counter) => counter.hides),
      counters.map((counter) => counter.shortValue),
      counters.map((counter) => counter.longValue),
      counters.map((counter) => counter.decayedToMs),
      counters.map((counter) => rank(counter.shortValue, counter, HALF_LIFE_DAYS.short)),
      counters.map((counter) => rank(counter.longValue, counter, HALF_LIFE_DAYS.long)),
    ],
  });
}
