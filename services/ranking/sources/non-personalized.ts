import type { ItemId } from '@kindred/shared/id';

export interface ListedItem {
  readonly item: ItemId;
  /** A rank of `counter.ts`, or for latest items the time they were created, in milliseconds. */
  readonly score: number;
}

/** The items of a catalog that lead by one measure or another, each list best first, at most 1,000 long. */
export interface NonPersonalized {
  /** Engagement that halves every 3 days. */
  readonly trending: readonly ListedItem[];
  /** Engagement that halves every 69 days. */
  readonly popular: readonly ListedItem[];
  /** Available items by the time they were created, latest first. */
  readonly latest: readonly ListedItem[];
}
