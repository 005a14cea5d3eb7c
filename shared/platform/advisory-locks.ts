/**
 * Numbers of all advisory locks, so that no two uses meet by accident: PostgreSQL knows a lock by two 32-bit integers per
 * database, and nothing else tells one use from another. Migrations repeat the numbers that they need.
 *
 * A pair is one lock; a single number is a class with one lock per catalog, whose second integer is `hashtext(catalog)`:
 * two catalogs of one hash only wait for each other.
 */
export const ADVISORY_LOCKS = {
  /** Session of the process that owns a local PostgreSQL server, for as long as it lives (infra). */
  localServer: [7000, 1],
  /** Transactions that number a change of the catalog, in SQL by `next_change()` (ingestion). */
  catalogChanges: [7001, 1],
  /** Transactions that append to the event log in PostgreSQL, in SQL by `append_to_event_log()` (ranking). */
  eventLogAppend: [7002, 1],
  /** Session of the one consumer of the event log in PostgreSQL (ranking). */
  eventLogConsumer: [7002, 2],
  /** Transactions that apply events to a catalog or erase a user from it (ranking). */
  catalogEvents: 7003,
  /** Transactions that add or withdraw a catalog's artifacts (trainer). */
  catalogArtifacts: 7004,
  /** Session that trains a catalog, while it trains (trainer). */
  catalogTraining: 7005,
} as const;
