import { createHash } from 'node:crypto';
import { type Database, type Transaction, transaction } from '@kindred/shared/database';
import type { CatalogId, UserId } from '@kindred/shared/id';
import type { HistoryEvent } from '../domain/engagement.ts';
import type { EventOutcome, EventStore, ReadableEvent, SeenItem, UserEvent } from '../ports.ts';
import { type CountedEvent, updateCounters } from './postgres-item-counters.ts';

/**
 * All writes of a catalog's events follow one another, by a lock that is held until the commit: so change numbers rise
 * in commit order, and an event and the one that takes it back always see each other, on whatever partitions they came.
 */
export function postgresEventStore(database: Database): EventStore {
  return {
    apply: (log, partition, events, nextOffset) =>
      transaction(database, async (client) => {
        // A consumer that was held up may come with what the one that took its place has applied.
        const appliedTo = await lockProgress(client, log, partition);
        const outcomes = new Map<ReadableEvent, EventOutcome>(events.map((event) => [event, 'duplicate']));
        const unapplied = events.filter(({ offset }) => offset >= appliedTo);
        for (const [catalog, own] of byCatalog(unapplied)) {
          await lockCatalog(client, catalog);
          const erased = await erasedOf(client, catalog, own, log, partition);
          const fresh = own.filter((event) => !erased.has(event));
          const inserted = await insertEvents(client, catalog, fresh);
          const retracted = await retract(client, catalog, inserted);
          const added = inserted.filter(({ event, isRetracted }) => event.value > 0 && !isRetracted);
          await updateCounters(
            client,
            catalog,
            added.map(({ event }) => event),
            retracted,
          );
          for (const event of erased) outcomes.set(event, 'erased');
          for (const { event } of inserted) outcomes.set(event, 'applied');
        }
        await client.query(
          'UPDATE progress SET next_offset = greatest(next_offset, $3) WHERE log = $1 AND partition = $2',
          [log, partition, nextOffset],
        );
        return events.map((event) => outcomes.get(event)!);
      }),

    async existing(catalogs) {
      const { rows } = await database.query<{ catalog: CatalogId }>(
        'SELECT catalog FROM catalogs WHERE catalog = ANY($1)',
        [catalogs],
      );
      return new Set(rows.map((row) => row.catalog));
    },

    async progress(log, partitions) {
      const { rows } = await database.query<{ partition: number; next_offset: number }>(
        'SELECT partition, next_offset FROM progress WHERE log = $1 AND partition = ANY($2)',
        [log, partitions],
      );
      return new Map(rows.map((row) => [row.partition, row.next_offset]));
    },

    async history(catalog, user, countMax) {
      const { rows } = await database.query<HistoryEvent>({
        name: 'history',
        text: `SELECT item_id AS item, type, value, at_ms AS "atMs" FROM events
               WHERE catalog = $1 AND user_id = $2 AND NOT retracted AND value > 0 AND type <> 'impression'
               ORDER BY at_ms DESC, event_id DESC LIMIT $3`,
        values: [catalog, user, countMax],
      });
      return rows;
    },

    async seen(catalog, user, items) {
      const { rows } = await database.query<SeenItem>({
        name: 'seen',
        text: `SELECT item_id AS item, bool_or(type = 'hide' AND value > 0 AND NOT retracted) AS "isHidden" FROM events
               WHERE catalog = $1 AND user_id = $2 AND item_id = ANY($3) GROUP BY item_id ORDER BY item_id`,
        values: [catalog, user, items],
      });
      return rows;
    },

    async latest(catalog, user, countMax) {
      const { rows } = await database.query<UserEvent>(
        `SELECT event_id AS id, item_id AS item, type, value, at_ms AS "atMs" FROM events e
         WHERE catalog = $1 AND user_id = $2
           AND NOT EXISTS (SELECT FROM items i WHERE i.catalog = $1 AND i.item_id = e.item_id AND i.fields IS NULL)
         ORDER BY at_ms DESC, event_id DESC LIMIT $3`,
        [catalog, user, countMax],
      );
      return rows;
    },

    erase: (catalog, user, log, ends) =>
      transaction(database, async (client) => {
        await lockCatalog(client, catalog);
        await client.query(
          `INSERT INTO erasures SELECT $1, $2, $3, given.partition, given.before, nextval('event_changes')
           FROM unnest($4::int[], $5::bigint[]) AS given (partition, before)
           ON CONFLICT (catalog, user_hash, log, partition) DO UPDATE
             SET before_offset = greatest(erasures.before_offset, excluded.before_offset), change = excluded.change`,
          [catalog, hashOf(user), log, [...ends.keys()], [...ends.values()]],
        );
        await client.query('DELETE FROM dead_letters WHERE catalog = $1 AND user_id = $2', [catalog, user]);
        const { rows } = await client.query<CountedEvent & { counted: boolean }>(
          `DELETE FROM events WHERE catalog = $1 AND user_id = $2
           RETURNING item_id AS item, type, value, at_ms AS "atMs", NOT retracted AND value > 0 AS counted`,
          [catalog, user],
        );
        await updateCounters(
          client,
          catalog,
          [],
          rows.filter((row) => row.counted),
        );
        return rows.length;
      }),
  };
}

interface InsertedEvent {
  readonly event: ReadableEvent;
  /** Whether an event of value 0 takes it back. */
  isRetracted: boolean;
}

/** The user as an erasure keeps them: enough to know their messages, not who they were. */
function hashOf(user: UserId): Buffer {
  return createHash('sha256').update(user).digest();
}

function byCatalog(events: readonly ReadableEvent[]): [CatalogId, ReadableEvent[]][] {
  const groups = new Map<CatalogId, ReadableEvent[]>();
  for (const event of events) {
    const group = groups.get(event.catalog);
    if (group) group.push(event);
    else groups.set(event.catalog, [event]);
  }
  // In one order, so that two batches that hold the same catalogs cannot wait for each other.
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function lockCatalog(client: Transaction, catalog: CatalogId): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(7003, hashtext($1))', [catalog]);
}

/** Holds the partition's progress until the transaction ends. Locked before any catalog, so that none waits in a circle. */
async function lockProgress(client: Transaction, log: string, partition: number): Promise<number> {
  const { rows } = await client.query<{ next_offset: number }>(
    `INSERT INTO progress VALUES ($1, $2, 0)
     ON CONFLICT (log, partition) DO UPDATE SET next_offset = progress.next_offset RETURNING next_offset`,
    [log, partition],
  );
  return rows[0]!.next_offset;
}

async function erasedOf(
  client: Transaction,
  catalog: CatalogId,
  events: readonly ReadableEvent[],
  log: string,
  partition: number,
): Promise<ReadonlySet<ReadableEvent>> {
  const { rows } = await client.query<{ user_id: UserId; partition: number; before_offset: number }>(
    `SELECT given.user_id, partition, before_offset FROM unnest($2::text[], $3::bytea[]) AS given (user_id, user_hash)
     JOIN erasures e ON e.catalog = $1 AND e.user_hash = given.user_hash AND e.log = $4`,
    [catalog, ...usersOf(events), log],
  );
  if (rows.length === 0) return new Set();
  const before = new Map(rows.map((row) => [`${row.partition}/${row.user_id}`, row.before_offset]));
  return new Set(
    events.filter(({ user, offset, first = { partition, offset } }) => {
      return first.offset < (before.get(`${first.partition}/${user}`) ?? 0);
    }),
  );
}

function usersOf(events: readonly ReadableEvent[]): [UserId[], Buffer[]] {
  const users = [...new Set(events.map((event) => event.user))];
  return [users, users.map(hashOf)];
}

/** @returns The events whose ids are new, each with whether a later one had already taken it back. */
async function insertEvents(
  client: Transaction,
  catalog: CatalogId,
  events: readonly ReadableEvent[],
): Promise<readonly InsertedEvent[]> {
  const first = new Map<string, ReadableEvent>();
  for (const event of events) if (!first.has(event.id)) first.set(event.id, event);
  const unique = [...first.values()];
  const { rows } = await client.query<{ event_id: string; retracted: boolean }>(
    `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, slate, position, change, retracted)
     SELECT $1, g.event_id, g.user_id, g.item_id, g.type, g.value, g.at_ms, g.slate, g.position, nextval('event_changes'),
       EXISTS (SELECT FROM events r WHERE r.catalog = $1 AND r.user_id = g.user_id AND r.item_id = g.item_id AND r.type = g.type
               AND r.value = 0 AND (r.at_ms, r.event_id) > (g.at_ms, g.event_id COLLATE "C"))
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::bigint[], $8::text[], $9::int[])
       AS g (event_id, user_id, item_id, type, value, at_ms, slate, position)
     ON CONFLICT DO NOTHING RETURNING event_id, retracted`,
    [
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
  );
  return rows.map((row) => ({ event: first.get(row.event_id)!, isRetracted: row.retracted }));
}

/** Marks what new events of value 0 take back. @returns Events that counted until now. */
async function retract(
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
  // Those of this batch were not counted yet: they never will be.
  for (const { id } of rows) {
    const own = byId.get(id);
    if (own) own.isRetracted = true;
  }
  return rows.filter((row) => !byId.has(row.id));
}
