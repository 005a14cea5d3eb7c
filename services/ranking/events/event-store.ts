import type { EventType } from '@kindred/shared/event';
import type { Position } from '@kindred/shared/event-log/event-log';
import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import type { FirstPlace } from './dead-letters.ts';

/** An event with its defaults filled in, and its position in the log. */
export interface ReadableEvent extends Position {
  readonly catalog: CatalogId;
  readonly id: EventId;
  readonly user: UserId;
  readonly item: ItemId;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
  readonly slate: string | undefined;
  readonly position: number | undefined;
  /** First place of a message that was retried from the dead-letter queue: an erasure after that drops it. */
  readonly first?: FirstPlace;
}

/** Result of applying one event. */
export type EventOutcome = 'applied' | 'duplicate' | 'erased';

/** Position of a message that names a user. */
export interface UserPlace extends Position {
  readonly catalog: string;
  readonly user: string;
}

/**
 * Applies events and everything that follows from them. An event id is unique in its catalog: the first wins.
 * Adapters run `event-store.contract.ts`.
 */
export interface EventStore {
  /**
   * Applies events of existing catalogs and stores the progress of their partitions, all in one transaction.
   * Events below the stored progress were applied before and count as duplicates.
   * An event of value 0 takes back earlier ones of its user, item and type, in any order of arrival.
   * @param progress  One past the last message read, for each partition of the events.
   * @returns The outcome of each event, in the order of the events.
   */
  apply(
    log: string,
    events: readonly ReadableEvent[],
    progress: ReadonlyMap<number, number>,
  ): Promise<readonly EventOutcome[]>;
  /** @returns One past the last applied message of each partition; no entry for a partition never read. */
  progress(log: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Deletes all events of a user and their part in every counter; messages of theirs below `ends` are dropped from now on.
   * @param ends  One past the last message, for each partition of the log.
   * @returns The number of events deleted.
   */
  erase(catalog: CatalogId, user: UserId, log: string, ends: ReadonlyMap<number, number>): Promise<number>;
  /** @returns For each place, in order: true if it lies below the end that an erasure of its user named. */
  areErased(log: string, places: readonly UserPlace[]): Promise<readonly boolean[]>;
}
