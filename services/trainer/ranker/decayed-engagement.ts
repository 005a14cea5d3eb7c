import { DAY_MS, decayed } from '@kindred/shared/model/decay';
import { NON_PERSONALIZED_MAX } from '@kindred/shared/model/ranking-features';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { HeldOut } from '../evaluation/held-out.ts';

/**
 * Engagement of all users with each item, in saves, halving every `halfLifeDays`.
 * @returns Shape `[items]`; 0 past the first `NON_PERSONALIZED_MAX` items, and for all where times tell nothing.
 */
export function decayedEngagement(
  { kept, keptInteractionTimes, isCut, isMet }: HeldOut,
  halfLifeDays: number,
): Float32Array {
  const itemCount = isMet.length;
  const sums = new Float32Array(itemCount);
  if (keptInteractionTimes === undefined || !isCut) return sums;
  const { weights, ages } = keptInteractionTimes;
  for (const [i, item] of kept.columns.entries()) {
    sums[item] = sums[item]! + decayed(weights[i]!, DAY_MS * ages[i]!, halfLifeDays);
  }
  const top = new TopK(NON_PERSONALIZED_MAX);
  for (const [item, sum] of sums.entries()) if (sum > 0) top.offer(item, sum);
  const leading = new Float32Array(itemCount);
  for (const item of top.take()) leading[item] = sums[item]!;
  return leading;
}
