import type { ItemId } from '@kindred/shared/id';

/** An item of a non-personalized list. */
export interface ListedItem {
  readonly item: ItemId;
  /** A time-independent rank as `counter.ts` makes them; in `latest` the creation time in milliseconds. */
  readonly score: number;
}

/** A catalog's non-personalized lists, each best first, at most `NON_PERSONALIZED_MAX` long. */
export interface NonPersonalized {
  /** By engagement that halves every 3 days. */
  readonly trending: readonly ListedItem[];
  /** By engagement that halves every 69 days. */
  readonly popular: readonly ListedItem[];
  /** Available items, latest created first. */
  readonly latest: readonly ListedItem[];
}
