import { createHash } from 'node:crypto';
import type { CatalogId, UserId } from '@kindred/shared/id';
import { ADVISORY_LOCKS } from '@kindred/shared/platform/advisory-locks';
import { type Database, type Transaction, transaction } from '@kindred/shared/platform/database';
import type { EventOutcome, EventStore, ReadableEvent } from '../events/event-store.ts';
import { insertEvents, retract } from './postgres-event-rows.ts';
import { type CountedEvent, updateCounters } from './postgres-item-counters.ts';

/**
 * All writes of a catalog's events follow one another, by a lock that is held until the commit: so change numbers rise
 * in commit order, and an event and the one that takes it back always see each other, on whatever partitions they came.
 */
export function postgresEventStore(database: Database): EventStore {
  return {
    apply: (log, events, progress) =>
      transaction(database, async (client) => {
        // A consumer that was held up may come with what the one that took its place has applied.
        const appliedTo = await lockProgress(client, log, [...progress.keys()]);
        const outcomes = new Map<ReadableEvent, EventOutcome>(events.map((event) => [event, 'duplicate']));
        const unapplied = events.filter(({ partition, offset }) => offset >= (appliedTo.get(partition) ?? 0));
        for (const [catalog, own] of byCatalog(unapplied)) {
          await lockCatalog(client, catalog);
          const erased = await erasedOf(client, catalog, own, log);
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
        await client.query({
          name: 'store-progress',
          text: `UPDATE progress p SET next_offset = greatest(p.next_offset, given.next_offset)
                 FROM unnest($2::int[], $3::bigint[]) AS given (partition, next_offset)
                 WHERE p.log = $1 AND p.partition = given.partition`,
          values: [log, [...progress.keys()], [...progress.values()]],
        });
        return events.map((event) => outcomes.get(event)!);
      }),

    async progress(log, partitions) {
      const { rows } = await database.query<{ partition: number; next_offset: number }>(
        'SELECT partition, next_offset FROM progress WHERE log = $1 AND partition = ANY($2)',
        [log, partitions],
      );
      return new Map(rows.map((row) => [row.partition, row.next_offset]));
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
  await client.query({
    name: 'lock-catalog',
    text: 'SELECT pg_advisory_xact_lock($1, hashtext($2))',
    values: [ADVISORY_LOCKS.catalogEvents, catalog],
  });
}

/**
 * Holds the progress of partitions until the transaction ends. Locked before any catalog and in one order, so that none
 * waits in a circle.
 */
async function lockProgress(
  client: Transaction,
  log: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await client.query<{ partition: number; next_offset: number }>({
    name: 'lock-progress',
    text: `INSERT INTO progress SELECT $1, partition, 0 FROM unnest($2::int[]) AS partition ORDER BY partition
           ON CONFLICT (log, partition) DO UPDATE SET next_offset = progress.next_offset RETURNING partition, next_offset`,
    values: [log, partitions],
  });
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

async function erasedOf(
  client: Transaction,
  catalog: CatalogId,
  events: readonly ReadableEvent[],
  log: string,
): Promise<ReadonlySet<ReadableEvent>> {
  const { rows } = await client.query<{ user_id: UserId; partition: number; before_offset: number }>({
    name: 'erased',
    text: `SELECT given.user_id, partition, before_offset FROM unnest($2::text[], $3::bytea[]) AS given (user_id, user_hash)
           JOIN erasures e ON e.catalog = $1 AND e.user_hash = given.user_hash AND e.log = $4`,
    values: [catalog, ...usersOf(events), log],
  });
  if (rows.length === 0) return new Set();
  const before = new Map(rows.map((row) => [`${row.partition}/${row.user_id}`, row.before_offset]));
  return new Set(
    events.filter((event) => {
      const { partition, offset } = event.first ?? event;
      return offset < (before.get(`${partition}/${event.user}`) ?? 0);
    }),
  );
}

function usersOf(events: readonly ReadableEvent[]): [UserId[], Buffer[]] {
  const users = [...new Set(events.map((event) => event.user))];
  return [users, users.map(hashOf)];
}
