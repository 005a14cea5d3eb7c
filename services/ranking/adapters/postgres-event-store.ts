import type { CatalogId, UserId } from '@kindred/shared/id';
import { ADVISORY_LOCKS } from '@kindred/shared/platform/advisory-locks';
import { type Database, type Transaction, transaction } from '@kindred/shared/platform/database';
import type { EventOutcome, EventStore, ReadableEvent, UserPlace } from '../events/event-store.ts';
import { userHash } from '../user-hash.ts';
import { deleteEvents, insertEvents, retract } from './postgres-event-rows.ts';
import { updateCounters } from './postgres-item-counters.ts';

/**
 * Keeps events, counters, progress and erasures in PostgreSQL. All writes of a catalog's events follow one another, by a
 * lock that is held until the commit: so change numbers rise in commit order, and an event and the one that takes it back
 * always see each other, whichever partitions they came from.
 */
export function postgresEventStore(database: Database): EventStore {
  return {
    apply: (log, events, progress) => transaction(database, (client) => apply(client, log, events, progress)),
    progress: (log, partitions) => readProgress(database, log, partitions),
    erase: (catalog, user, log, ends) => transaction(database, (client) => erase(client, { catalog, user, log, ends })),
    areErased: async (log, places) => {
      if (places.length === 0) return [];
      const erased = await erasedAmong(database, log, places);
      return places.map((place) => erased.has(place));
    },
  };
}

async function apply(
  client: Transaction,
  log: string,
  events: readonly ReadableEvent[],
  progress: ReadonlyMap<number, number>,
): Promise<readonly EventOutcome[]> {
  // A consumer that was held up may come with events that its successor has applied.
  const appliedTo = await lockProgress(client, log, [...progress.keys()]);
  const unapplied = events.filter(({ partition, offset }) => offset >= (appliedTo.get(partition) ?? 0));
  const outcomes = new Map<ReadableEvent, EventOutcome>();
  // In one order, so that two transactions that hold the same catalogs cannot wait for each other.
  const byCatalog = [...Map.groupBy(unapplied, ({ catalog }) => catalog)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [catalog, own] of byCatalog) {
    for (const [event, outcome] of await applyToCatalog(client, { log, catalog, events: own })) {
      outcomes.set(event, outcome);
    }
  }
  await storeProgress(client, log, progress);
  return events.map((event) => outcomes.get(event) ?? 'duplicate');
}

/** @returns The outcome of every event that is no duplicate. */
async function applyToCatalog(
  client: Transaction,
  { log, catalog, events }: { log: string; catalog: CatalogId; events: readonly ReadableEvent[] },
): Promise<readonly (readonly [ReadableEvent, EventOutcome])[]> {
  await lockCatalog(client, catalog);
  const places = new Map(events.map((event) => [{ ...event, ...event.first }, event]));
  const erasedPlaces = await erasedAmong(client, log, [...places.keys()]);
  const erased = new Set([...erasedPlaces].flatMap((place) => places.get(place) ?? []));
  const inserted = await insertEvents(
    client,
    catalog,
    events.filter((event) => !erased.has(event)),
  );
  const retracted = await retract(client, catalog, inserted);
  const added = inserted.filter(({ event, isRetracted }) => event.value > 0 && !isRetracted);
  await updateCounters(
    client,
    catalog,
    added.map(({ event }) => event),
    retracted,
  );
  return [
    ...[...erased].map((event) => [event, 'erased'] as const),
    ...inserted.map(({ event }) => [event, 'applied'] as const),
  ];
}

interface Erasure {
  readonly catalog: CatalogId;
  readonly user: UserId;
  readonly log: string;
  readonly ends: ReadonlyMap<number, number>;
}

async function erase(client: Transaction, { catalog, user, log, ends }: Erasure): Promise<number> {
  await lockCatalog(client, catalog);
  await client.query(
    `INSERT INTO erasures (catalog, user_hash, log, partition, before_offset, change)
     SELECT $1, $2, $3, given.partition, given.before, nextval('event_changes')
     FROM unnest($4::int[], $5::bigint[]) AS given (partition, before)
     ON CONFLICT (catalog, user_hash, log, partition) DO UPDATE
       SET before_offset = greatest(erasures.before_offset, excluded.before_offset),
         change = excluded.change, xact = excluded.xact`,
    [catalog, userHash(user), log, [...ends.keys()], [...ends.values()]],
  );
  const { count, counted } = await deleteEvents(client, catalog, user);
  await updateCounters(client, catalog, [], counted);
  return count;
}

async function lockCatalog(client: Transaction, catalog: CatalogId): Promise<void> {
  await client.query({
    name: 'lock-catalog',
    text: 'SELECT pg_advisory_xact_lock($1, hashtext($2))',
    values: [ADVISORY_LOCKS.catalogEvents, catalog],
  });
}

interface ProgressRow {
  readonly partition: number;
  readonly next_offset: number;
}

/**
 * Holds the progress of partitions until the transaction ends. Locked before any catalog and in one order, so that no two
 * transactions wait for each other.
 */
async function lockProgress(
  client: Transaction,
  log: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await client.query<ProgressRow>({
    name: 'lock-progress',
    text: `INSERT INTO progress SELECT $1, partition, 0 FROM unnest($2::int[]) AS partition ORDER BY partition
           ON CONFLICT (log, partition) DO UPDATE SET next_offset = progress.next_offset RETURNING partition, next_offset`,
    values: [log, partitions],
  });
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

async function storeProgress(client: Transaction, log: string, progress: ReadonlyMap<number, number>): Promise<void> {
  await client.query({
    name: 'store-progress',
    text: `UPDATE progress p SET next_offset = greatest(p.next_offset, given.next_offset)
           FROM unnest($2::int[], $3::bigint[]) AS given (partition, next_offset)
           WHERE p.log = $1 AND p.partition = given.partition`,
    values: [log, [...progress.keys()], [...progress.values()]],
  });
}

async function readProgress(
  database: Database,
  log: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await database.query<ProgressRow>(
    'SELECT partition, next_offset FROM progress WHERE log = $1 AND partition = ANY($2)',
    [log, partitions],
  );
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

/** @returns The places below an erasure of their user. One round trip; users are compared by their hashes. */
async function erasedAmong<Place extends UserPlace>(
  client: Pick<Transaction, 'query'>,
  log: string,
  places: readonly Place[],
): Promise<ReadonlySet<Place>> {
  const users = new Map(places.map(({ catalog, user }) => [`${catalog}\n${user}`, { catalog, user }]));
  const { rows } = await client.query<{ key: string; partition: number; before: number }>({
    name: 'erased',
    text: `SELECT given.key, e.partition, e.before_offset AS before
           FROM unnest($2::text[], $3::text[], $4::bytea[]) AS given (key, catalog, user_hash)
           JOIN erasures e ON e.log = $1 AND e.catalog = given.catalog AND e.user_hash = given.user_hash`,
    values: [
      log,
      [...users.keys()],
      [...users.values()].map(({ catalog }) => catalog),
      [...users.values()].map(({ user }) => userHash(user)),
    ],
  });
  if (rows.length === 0) return new Set();
  const before = new Map(rows.map((row) => [`${row.partition}\n${row.key}`, row.before]));
  return new Set(
    places.filter(
      ({ catalog, user, partition, offset }) => offset < (before.get(`${partition}\n${catalog}\n${user}`) ?? 0),
    ),
  );
}
