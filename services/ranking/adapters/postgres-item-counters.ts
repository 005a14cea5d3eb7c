import type { EventType } from '@kindred/shared/event';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import { HALF_LIFE_DAYS, rankOf } from '@kindred/shared/model/decay';
import { engagementWeight } from '@kindred/shared/model/engagement';
import type { Transaction } from '@kindred/shared/platform/database';
import { counted, type ItemCounter, NO_COUNTER } from '../events/counter.ts';

/** A stored event that counts: its value is above 0 and no later event takes it back. */
export interface CountedEvent {
  readonly item: ItemId;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
}

/**
 * Adds events to the counters of their items and takes others away. The caller holds the catalog's lock, so no other
 * transaction changes the counters between the read and the write. Costs two round trips for any number of events; none
 * if no event has an engagement weight, as for impressions.
 */
export async function updateCounters(
  client: Transaction,
  catalog: CatalogId,
  added: readonly CountedEvent[],
  removed: readonly CountedEvent[],
): Promise<void> {
  const changes = [...added.map((event) => weighted(event, 1)), ...removed.map((event) => weighted(event, -1))].filter(
    ({ weight }) => weight > 0,
  );
  if (changes.length === 0) return;
  const items = [...new Set(changes.map(({ item }) => item))];
  const counters = await readCounters(client, catalog, items);
  for (const { item, sign, ...event } of changes) {
    counters.set(item, counted(counters.get(item) ?? NO_COUNTER, event, sign));
  }
  await storeCounters(client, catalog, counters);
}

function weighted({ item, type, value, atMs }: CountedEvent, sign: 1 | -1) {
  return { item, sign, atMs, weight: engagementWeight(type, value) };
}

async function readCounters(
  client: Transaction,
  catalog: CatalogId,
  items: readonly ItemId[],
): Promise<Map<ItemId, ItemCounter>> {
  const { rows } = await client.query<ItemCounter & { item: ItemId }>({
    name: 'counters',
    text: `SELECT item_id AS item, short_value AS "shortValue", long_value AS "longValue", decayed_to_ms AS "decayedToMs"
           FROM item_counters WHERE catalog = $1 AND item_id = ANY($2)`,
    values: [catalog, items],
  });
  return new Map(rows.map(({ item, ...counter }) => [item, counter]));
}

async function storeCounters(
  client: Transaction,
  catalog: CatalogId,
  counters: ReadonlyMap<ItemId, ItemCounter>,
): Promise<void> {
  const stored = [...counters.values()];
  await client.query({
    name: 'store-counters',
    text: `INSERT INTO item_counters (catalog, item_id, short_value, long_value, decayed_to_ms, short_rank, long_rank)
           SELECT $1, * FROM unnest($2::text[], $3::float8[], $4::float8[], $5::bigint[], $6::float8[], $7::float8[])
           ON CONFLICT (catalog, item_id) DO UPDATE SET
             short_value = excluded.short_value, long_value = excluded.long_value,
             decayed_to_ms = excluded.decayed_to_ms, short_rank = excluded.short_rank, long_rank = excluded.long_rank`,
    values: [
      catalog,
      [...counters.keys()],
      stored.map(({ shortValue }) => shortValue),
      stored.map(({ longValue }) => longValue),
      stored.map(({ decayedToMs }) => decayedToMs),
      stored.map(({ shortValue, decayedToMs }) => rankOf(shortValue, decayedToMs, HALF_LIFE_DAYS.short) ?? null),
      stored.map(({ longValue, decayedToMs }) => rankOf(longValue, decayedToMs, HALF_LIFE_DAYS.long) ?? null),
    ],
  });
}
