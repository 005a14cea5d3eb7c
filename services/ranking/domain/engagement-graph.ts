import { compareIds, type ItemId } from '@kindred/shared/id';
import type { Candidate } from './candidate.ts';
import type { Engagement } from './engagement.ts';

/**
 * Who engaged with what in a catalog: users and items as dense numbers, edges in both directions as CSR.
 * The items of user u are `itemsOfUsers[userStarts[u] … userStarts[u + 1])`, latest first, and so on.
 */
export interface EngagementGraphData {
  readonly items: readonly ItemId[];
  readonly userStarts: Int32Array;
  readonly itemsOfUsers: Int32Array;
  readonly itemStarts: Int32Array;
  readonly usersOfItems: Int32Array;
}

export interface EngagementGraph {
  /**
   * Items that users with the same engagements also engaged with: the three-step walk from the given items, with the
   * popularity of its ends discounted (RP3β).
   * @returns At most `count`, best first, ties by id; `because` is empty. Cost: bounded by `VISITS_MAX` edge visits.
   * @see Paudel et al., "Updatable, accurate, diverse, and scalable recommendations", TiiS 2017.
   */
  coEngaged(engagements: readonly Engagement[], count: number): readonly Candidate[];
  /** Which of the engaged items lead to `item`, strongest first, at most 3. */
  because(item: ItemId, engagements: readonly Engagement[]): readonly ItemId[];
}

const VISITS_MAX = 300_000;
/** Dampens users and items of many engagements (α of the paper). */
const DEGREE_EXPONENT = 0.7;
/** Discounts popular ends (β of the paper). */
const POPULARITY_EXPONENT = 0.6;
const BECAUSE_MAX = 3;

export function engagementGraph(data: EngagementGraphData): EngagementGraph {
  const { items, userStarts, itemsOfUsers, itemStarts, usersOfItems } = data;
  const numbers = new Map(items.map((item, number) => [item, number]));
  const scores = new Float64Array(items.length);
  const degreeOfItem = (item: number): number => itemStarts[item + 1]! - itemStarts[item]!;
  const userFactors = Float64Array.from(
    { length: userStarts.length - 1 },
    (_, user) => Math.max(1, userStarts[user + 1]! - userStarts[user]!) ** -DEGREE_EXPONENT,
  );

  const endFactors = Float64Array.from(items, (_, item) => Math.max(1, degreeOfItem(item)) ** -POPULARITY_EXPONENT);

  const coEngaged = (engagements: readonly Engagement[], count: number): readonly Candidate[] => {
    const touched: number[] = [];
    let visits = 0;
    for (const { item, weight } of engagements) {
      const start = numbers.get(item);
      if (start === undefined || degreeOfItem(start) === 0) continue;
      const factor = weight * degreeOfItem(start) ** -DEGREE_EXPONENT;
      for (let i = itemStarts[start]!; i < itemStarts[start + 1]! && visits < VISITS_MAX; i++) {
        const user = usersOfItems[i]!;
        const step = factor * userFactors[user]!;
        for (let j = userStarts[user]!; j < userStarts[user + 1]!; j++) {
          const end = itemsOfUsers[j]!;
          if (scores[end] === 0) touched.push(end);
          scores[end] = scores[end]! + step;
        }
        visits += userStarts[user + 1]! - userStarts[user]!;
      }
    }
    // What the user engaged with already is no candidate.
    for (const { item } of engagements) {
      const number = numbers.get(item);
      if (number !== undefined) scores[number] = 0;
    }
    for (const end of touched) scores[end] = scores[end]! * endFactors[end]!;
    const best = largest(touched, scores, count);
    const found = best
      .map((end): Candidate => ({ item: items[end]!, score: scores[end]!, because: [] }))
      .sort((a, b) => b.score - a.score || compareIds(a.item, b.item))
      .slice(0, count);
    for (const end of touched) scores[end] = 0;
    return found;
  };

  const because = (item: ItemId, engagements: readonly Engagement[]): readonly ItemId[] => {
    const end = numbers.get(item);
    if (end === undefined) return [];
    const starts = new Map(
      engagements.map(({ item: engaged, weight }) => [numbers.get(engaged), { engaged, weight, sum: 0 }]),
    );
    let visits = 0;
    for (let i = itemStarts[end]!; i < itemStarts[end + 1]! && visits < VISITS_MAX / 100; i++) {
      const user = usersOfItems[i]!;
      for (let j = userStarts[user]!; j < userStarts[user + 1]!; j++) {
        const start = starts.get(itemsOfUsers[j]!);
        if (start) start.sum += start.weight * degreeOfItem(itemsOfUsers[j]!) ** -DEGREE_EXPONENT * userFactors[user]!;
      }
      visits += userStarts[user + 1]! - userStarts[user]!;
    }
    return [...starts.values()]
      .filter((start) => start.sum > 0)
      .sort((a, b) => b.sum - a.sum || compareIds(a.engaged, b.engaged))
      .slice(0, BECAUSE_MAX)
      .map((start) => start.engaged);
  };

  return { coEngaged, because };
}

/** Those of the items with the `count` largest scores above 0, ties included, in any order. Cost: one numeric sort. */
function largest(items: readonly number[], scores: Float64Array, count: number): readonly number[] {
  const sorted = Float64Array.from(items, (item) => scores[item]!).sort();
  const least = sorted[Math.max(0, sorted.length - count)] ?? 0;
  return items.filter((item) => scores[item]! > 0 && scores[item]! >= least);
}
