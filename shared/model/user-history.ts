import { HISTORY_ITEMS_MAX, type HistoryItem, RECENT_ITEMS } from './item-model.ts';

/** One interaction of a user with an item that the model knows. */
export interface Interaction {
  readonly number: number;
  /** As `strengthOf` or `HIDE_STRENGTH`; 0 for an item that was only seen. */
  readonly strength: number;
}

/**
 * A user's history as the model counts it, for serving and training: each item once, with its strongest interaction; a hide
 * beats every other. Items that were only seen never displace those that were liked.
 *
 * @param interactions  Latest first.
 * @param hasOrder  True if times say what came when: else no item counts as recent.
 * @returns Liked and hidden items, latest first, then seen ones, latest first; at most `HISTORY_ITEMS_MAX`. Cost: O(interactions).
 */
export function userHistory(interactions: readonly Interaction[], hasOrder: boolean): readonly HistoryItem[] {
  const strengths = new Map<number, number>();
  for (const isSeenOnly of [false, true]) {
    for (const { number, strength } of interactions) {
      if ((strength === 0) !== isSeenOnly) continue;
      const before = strengths.get(number);
      if (before === undefined && strengths.size >= HISTORY_ITEMS_MAX) continue;
      if (before === undefined || strength < 0 || (before >= 0 && strength > before)) strengths.set(number, strength);
    }
  }
  let likedCount = 0;
  return [...strengths].map(([number, strength]) => {
    if (strength > 0) likedCount++;
    return { number, strength, isRecent: hasOrder && strength > 0 && likedCount <= RECENT_ITEMS };
  });
}
