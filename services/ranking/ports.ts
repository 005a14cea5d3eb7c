import type { ItemFields } from '@kindred/shared/catalog';
import type { EventType } from '@kindred/shared/event';
import type { Position } from '@kindred/shared/event-log/event-log';
import type { CatalogId, EventId, ItemId, SpaceId, UserId } from '@kindred/shared/id';
import type { HistoryEvent } from './profile/engagement.ts';
import type { Mean } from './recommend/centred-vectors.ts';
import type { CoEngagementData } from './sources/co-engagement.ts';
import type { NonPersonalized } from './sources/non-personalized.ts';
import type { TrainedCatalog } from './sources/trained-scores.ts';

/** An event that could be read, with its defaults filled in, and where it stands in the log. */
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
  /** Where it stood first, where it comes from a dead letter: an erasure after that drops it. */
  readonly first?: FirstPlace;
}

/** Where and when a message stood first in the log: it keeps that when it comes again from a dead letter. */
export interface FirstPlace extends Position {
  readonly appendedAtMs: number;
}

/** A message that could not be read, known by where it stood first. */
export interface DeadLetter extends FirstPlace {
  readonly reason: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** As the message says, or `main`: it need not exist. */
  readonly catalog: string;
  /** As the message says, or ''. */
  readonly user: string;
}

/** Keeps what could not be read, each message once: known by its first position. */
export interface DeadLetters {
  /** Keeps letters, in place of earlier ones of the same messages. */
  send(log: string, letters: readonly DeadLetter[]): Promise<void>;
  /** All that were not retried since. */
  list(log: string): Promise<readonly DeadLetter[]>;
  /** Takes letters from the list, because their messages are in the log again. */
  markRetried(log: string, letters: readonly DeadLetter[]): Promise<void>;
}

/** What became of one event. */
export type EventOutcome = 'applied' | 'duplicate' | 'erased';

export interface UserEvent extends HistoryEvent {
  readonly id: EventId;
}

/** Whether a user has any event on an item is known by there being one of these. */
export interface SeenItem {
  readonly item: ItemId;
  /** Whether a hide counts. */
  readonly isHidden: boolean;
}

export interface HistoryOptions {
  readonly countMax: number;
  /** Whether what the user only saw counts. */
  readonly hasSeen: boolean;
}

/** Events and what follows from them. An event's id is unique in its catalog: the first wins. */
export interface EventStore {
  /**
   * Applies events of catalogs that exist and stores how far their partitions have been read, all in one transaction.
   * What lies below the stored progress was applied and counts as a duplicate.
   * Events of value 0 take back earlier ones whatever the order of arrival.
   * @param progress  One past the last message read of each partition that the events are of.
   * @returns What became of each event, in their order.
   */
  apply(
    log: string,
    events: readonly ReadableEvent[],
    progress: ReadonlyMap<number, number>,
  ): Promise<readonly EventOutcome[]>;
  /** @returns Those of the given catalogs that exist. */
  existing(catalogs: readonly CatalogId[]): Promise<ReadonlySet<CatalogId>>;
  progress(log: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Positive events and hides that were not taken back, at most `countMax`, and with `hasSeen` as many impressions; latest
   * first. One round trip.
   */
  history(catalog: CatalogId, user: UserId, options: HistoryOptions): Promise<readonly HistoryEvent[]>;
  /** Those of the given items that the user has any event on, by id. */
  seen(catalog: CatalogId, user: UserId, items: readonly ItemId[]): Promise<readonly SeenItem[]>;
  /** All of a user's latest events, latest first, but those on items that were deleted. */
  latest(catalog: CatalogId, user: UserId, countMax: number): Promise<readonly UserEvent[]>;
  /**
   * Deletes all of a user and takes their part out of the counters; older messages of theirs are dropped from now on.
   * @param ends  For each partition of the log, one past its last message.
   * @returns How many events were deleted.
   */
  erase(catalog: CatalogId, user: UserId, log: string, ends: ReadonlyMap<number, number>): Promise<number>;
}

/** An item that exists. */
export interface ItemRow {
  readonly item: ItemId;
  /** Its change number. */
  readonly change: number;
  readonly fields: ItemFields;
  /** What the fields take as JSON. */
  readonly bytes: number;
  readonly available: boolean;
  readonly createdAtMs: number;
  /** The change number of its embedding in the space that was asked for. */
  readonly embeddingChange: number | undefined;
}

/** A catalog's items as they were when the view was made, or later. */
export interface ItemView {
  /** Those that exist. No round trip for rows that are kept, else one. */
  rows(space: SpaceId | undefined, items: readonly ItemId[]): Promise<ReadonlyMap<ItemId, ItemRow>>;
}

export interface ItemReader {
  /** One round trip. */
  view(catalog: CatalogId): Promise<ItemView>;
  /** Those of the items whose rows are in memory, as they were last read; for when the store is away. */
  kept(catalog: CatalogId, space: SpaceId | undefined, items: readonly ItemId[]): ReadonlyMap<ItemId, ItemRow>;
  /** Ids of existing items, latest created first, ties by id. */
  page(catalog: CatalogId, after: PageKey | undefined, countMax: number): Promise<readonly PageKey[]>;
}

export interface PageKey {
  readonly createdAtMs: number;
  readonly item: ItemId;
}

export interface WantedVector {
  readonly item: ItemId;
  /** The change number that the embedding must be of. */
  readonly change: number;
}

/** Embeddings by item; what is asked for often is kept in bounded memory. */
export interface EmbeddingSource {
  /** @returns Those that exist, unit length. */
  vectors(
    catalog: CatalogId,
    space: SpaceId,
    wanted: readonly WantedVector[],
  ): Promise<ReadonlyMap<ItemId, Float32Array>>;
  /** Those of them that are in memory. */
  kept(catalog: CatalogId, space: SpaceId, wanted: readonly WantedVector[]): ReadonlyMap<ItemId, Float32Array>;
}

/** What holds for a whole catalog, derived from the store and at most seconds old. */
export interface CatalogState {
  readonly space: SpaceId | undefined;
  readonly nonPersonalized: NonPersonalized;
  readonly graph: CoEngagementData | undefined;
  /** `undefined` where nothing was trained. */
  readonly trained: TrainedCatalog | undefined;
  /** The mean of the serving space's embeddings; `undefined` where there are none yet. */
  readonly mean: Mean | undefined;
  /** The last change of an item, an embedding or a space that the state holds. */
  readonly itemsChange: number;
  /** Names of what was not computed yet. */
  readonly missing: readonly string[];
  /** Changes when any of it does. */
  readonly version: string;
}

export interface CatalogStates {
  /**
   * @param isFresh  Whether nonPersonalized and the serving space must hold all that was committed before the call.
   * @returns `undefined` for a catalog that does not exist.
   */
  of(catalog: CatalogId, isFresh: boolean): Promise<CatalogState | undefined>;
  stop(): Promise<void>;
}
