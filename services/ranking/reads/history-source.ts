import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import type { HistoryEvent } from '../profile/engagement.ts';

/** An event as its user is shown it. */
export interface UserEvent extends HistoryEvent {
  readonly id: EventId;
  /** Slate that the event named. */
  readonly slate?: string;
  /** Rank in that slate, from 1. */
  readonly position?: number;
}

/** An item that a user has at least one event on. */
export interface SeenItem {
  readonly item: ItemId;
  /** True if a hide counts. */
  readonly isHidden: boolean;
}

export interface HistoryOptions {
  /** Largest number of positive events and hides; impressions are bounded by it on their own. */
  readonly countMax: number;
  /** True to include impressions. */
  readonly hasSeen: boolean;
}

/** Reads a user's applied events. Adapters run `history-source.contract.ts`. */
export interface HistorySource {
  /**
   * One round trip.
   * @returns Positive events and hides that were not taken back, and impressions if asked for; latest first, ties by
   * falling event id.
   */
  history(catalog: CatalogId, user: UserId, options: HistoryOptions): Promise<readonly HistoryEvent[]>;
  /** @returns The given items that the user has any event on, by id. */
  seen(catalog: CatalogId, user: UserId, items: readonly ItemId[]): Promise<readonly SeenItem[]>;
  /** @returns Events of every type, latest first, ties by falling event id, without those on deleted items. */
  latest(catalog: CatalogId, user: UserId, countMax: number): Promise<readonly UserEvent[]>;
}
