import { HISTORY_ITEMS_MAX, type HistoryItem, RECENT_ITEMS } from './item-model.ts';

/** One interaction of a user with an item that the model knows. */
export interface Interaction {
  readonly number: number;
  /** As `strengthOf` or `HIDE_STRENGTH`; 0 for an item that was only seen. */
  readonly strength: number;
  /** Days back from any one moment, the same for all interactions of the user. */
  readonly ageDays: number;
}

/**
 * A user's history as the model counts it, for serving and training: each item once, with its strongest interaction; a hide
 * beats every other. Items that were only seen never displace those that were liked.
 *
 * @param interactions  Latest first.
 * @param hasOrder  True if times say what came when: else no item counts as recent, and none comes before another.
 * @returns Liked and hidden items, latest first, then seen ones, latest first; at most `HISTORY_ITEMS_MAX`. Cost: O(interactions).
 */
export function userHistory(interactions: readonly Interaction[], hasOrder: boolean): readonly HistoryItem[] {
  const found = new Map<number, { strength: number; readonly ageDays: number }>();
  for (const isSeenOnly of [false, true]) {
    for (const { number, strength, ageDays } of interactions) {
      if ((strength === 0) !== isSeenOnly) continue;
      const before = found.get(number);
      if (before === undefined) {
        if (found.size < HISTORY_ITEMS_MAX) found.set(number, { strength, ageDays });
      } else if (strength < 0 || (before.strength >= 0 && strength > before.strength)) before.strength = strength;
    }
  }
  const latest = found.values().find(({ strength }) => strength > 0)?.ageDays ?? 0;
  let likedCount = 0;
  let stepsBefore = 0;
  let stepAge = latest;
  return [...found].map(([number, { strength, ageDays }]) => {
    if (!(strength > 0)) {
      const daysBefore = hasOrder ? Math.max(0, ageDays - latest) : 0;
      return { number, strength, isRecent: false, daysBefore, stepsBefore: Number.POSITIVE_INFINITY };
    }
    likedCount++;
    if (!hasOrder) return { number, strength, isRecent: false, daysBefore: 0, stepsBefore: Number.POSITIVE_INFINITY };
    if (ageDays !== stepAge) stepsBefore++;
    stepAge = ageDays;
    return { number, strength, isRecent: likedCount <= RECENT_ITEMS, daysBefore: ageDays - latest, stepsBefore };
  });
}
