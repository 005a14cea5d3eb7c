import type { CatalogId, UserId } from '@kindred/shared/id';
import type { Transaction } from '@kindred/shared/platform/database';
import type { ReadableEvent } from '../events/event-store.ts';
import type { CountedEvent } from './postgres-item-counters.ts';

/** An event whose id was new. */
export interface InsertedEvent {
  readonly event: ReadableEvent;
  /** True if an event of value 0 takes it back. */
  isRetracted: boolean;
}

/**
 * Stores events. The caller holds the catalog's lock.
 * @returns Events whose ids are new, each with whether a later one had already taken it back.
 */
export async function insertEvents(
  client: Transaction,
  catalog: CatalogId,
  events: readonly ReadableEvent[],
): Promise<readonly InsertedEvent[]> {
  const first = new Map<string, ReadableEvent>();
  for (const event of events) if (!first.has(event.id)) first.set(event.id, event);
  const unique = [...first.values()];
  const { rows } = await client.query<{ event_id: string; retracted: boolean }>({
    name: 'insert-events',
    text: `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, slate, position, change, retracted)
     SELECT $1, g.event_id, g.user_id, g.item_id, g.type, g.value, g.at_ms, g.slate, g.position, nextval('event_changes'),
       EXISTS (SELECT FROM events r WHERE r.catalog = $1 AND r.user_id = g.user_id AND r.item_id = g.item_id AND r.type = g.type
               AND r.value = 0 AND (r.at_ms, r.event_id) > (g.at_ms, g.event_id COLLATE "C"))
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::bigint[], $8::text[], $9::int[])
       AS g (event_id, user_id, item_id, type, value, at_ms, slate, position)
     ON CONFLICT DO NOTHING RETURNING event_id, retracted`,
    values: [
      catalog,
      unique.map((event) => event.id),
      unique.map((event) => event.user),
      unique.map((event) => event.item),
      unique.map((event) => event.type),
      unique.map((event) => event.value),
      unique.map((event) => event.atMs),
      unique.map((event) => event.slate ?? null),
      unique.map((event) => event.position ?? null),
    ],
  });
  return rows.map((row) => ({ event: first.get(row.event_id)!, isRetracted: row.retracted }));
}

/** Marks the events that new events of value 0 take back. @returns Events that counted until now. */
export async function retract(
  client: Transaction,
  catalog: CatalogId,
  inserted: readonly InsertedEvent[],
): Promise<readonly CountedEvent[]> {
  const retractions = inserted.map(({ event }) => event).filter((event) => event.value === 0);
  if (retractions.length === 0) return [];
  const byId = new Map<string, InsertedEvent>(inserted.map((entry) => [entry.event.id, entry]));
  const { rows } = await client.query<CountedEvent & { id: string }>(
    `UPDATE events e SET retracted = true
     FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[]) AS g (user_id, item_id, type, at_ms, event_id)
     WHERE e.catalog = $1 AND e.user_id = g.user_id AND e.item_id = g.item_id AND e.type = g.type
       AND e.value > 0 AND NOT e.retracted AND (e.at_ms, e.event_id) < (g.at_ms, g.event_id COLLATE "C")
     RETURNING e.event_id AS id, e.item_id AS item, e.type, e.value, e.at_ms AS "atMs"`,
    [
      catalog,
      retractions.map((event) => event.user),
      retractions.map((event) => event.item),
      retractions.map((event) => event.type),
      retractions.map((event) => event.atMs),
      retractions.map((event) => event.id),
    ],
  );
  // Events of this batch were not counted yet: they never will be.
  for (const { id } of rows) {
    const own = byId.get(id);
    if (own) own.isRetracted = true;
  }
  return rows.filter((row) => !byId.has(row.id));
}

/** Deletes all events of a user. @returns Their number, and those of them that counted. */
export async function deleteEvents(
  client: Transaction,
  catalog: CatalogId,
  user: UserId,
): Promise<{ readonly count: number; readonly counted: readonly CountedEvent[] }> {
  const { rows } = await client.query<CountedEvent & { counts: boolean }>(
    `DELETE FROM events WHERE catalog = $1 AND user_id = $2
     RETURNING item_id AS item, type, value, at_ms AS "atMs", NOT retracted AND value > 0 AS counts`,
    [catalog, user],
  );
  return { count: rows.length, counted: rows.filter(({ counts }) => counts) };
}
