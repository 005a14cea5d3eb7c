import { compareIds, type ItemId } from '@kindred/shared/id';
import { BestItems } from './best-items.ts';
import type { Candidate } from './candidate.ts';
import type { Engagement } from './engagement.ts';

/**
 * Who engaged with what in a catalog: users and items as dense numbers, edges in both directions as CSR.
 * The items of user u are `itemsOfUsers[userStarts[u] … userStarts[u + 1])`, latest first, and so on.
 */
export interface EngagementEdges {
  readonly userStarts: Int32Array<ArrayBuffer>;
  readonly itemsOfUsers: Int32Array<ArrayBuffer>;
  readonly itemStarts: Int32Array<ArrayBuffer>;
  readonly usersOfItems: Int32Array<ArrayBuffer>;
}

/** What each user and item weighs on a walk; of their degrees alone. */
export interface WalkFactors {
  readonly userFactors: Float64Array<ArrayBuffer>;
  readonly startFactors: Float64Array<ArrayBuffer>;
  readonly endFactors: Float64Array<ArrayBuffer>;
}

export interface EngagementGraphData extends EngagementEdges, WalkFactors {
  /** Ids by number. */
  readonly items: readonly ItemId[];
  readonly numbers: ReadonlyMap<ItemId, number>;
}

export interface EngagementGraph {
  /**
   * Items that users with the same engagements also engaged with: the three-step walk from the given items, with the
   * popularity of its ends discounted (RP3β).
   * @returns At most `count`, best first, ties by id; `because` is empty. Cost: `VISITS_MAX` edge visits at most, and
   * one user's edges.
   * @see Paudel et al., "Updatable, accurate, diverse, and scalable recommendations", TiiS 2017.
   */
  coEngaged(engagements: readonly Engagement[], count: number): readonly Candidate[];
  /**
   * @returns Tells which of the engaged items lead to an item, strongest first, at most 3. Cost: over all the items it is
   * asked for, `CAUSE_VISITS_MAX` edge visits and one user's edges each; then it knows no causes.
   */
  causesAmong(engagements: readonly Engagement[]): (item: ItemId) => readonly ItemId[];
}

const VISITS_MAX = 200_000;
/** Dampens users and items of many engagements (α of the paper). */
const DEGREE_EXPONENT = 0.7;
/** Discounts popular ends (β of the paper). */
const POPULARITY_EXPONENT = 0.6;
const BECAUSE_MAX = 3;
const CAUSE_VISITS_MAX = 200_000;
const CAUSE_VISITS_PER_ITEM_MAX = 3_000;

export function walkFactors({ userStarts, itemStarts }: EngagementEdges): WalkFactors {
  return {
    userFactors: degreePowers(userStarts, -DEGREE_EXPONENT),
    startFactors: degreePowers(itemStarts, -DEGREE_EXPONENT),
    endFactors: degreePowers(itemStarts, -POPULARITY_EXPONENT),
  };
}

function degreePowers(starts: Int32Array, exponent: number): Float64Array<ArrayBuffer> {
  const powers = new Float64Array(starts.length - 1);
  for (let i = 0; i < powers.length; i++) powers[i] = Math.max(1, starts[i + 1]! - starts[i]!) ** exponent;
  return powers;
}

export function engagementGraph(data: EngagementGraphData): EngagementGraph {
  const { items, numbers, userStarts, itemsOfUsers, itemStarts, usersOfItems } = data;
  const { userFactors, startFactors, endFactors } = data;
  const scores = new Float64Array(items.length);
  const touched = new Int32Array(items.length);

  const coEngaged = (engagements: readonly Engagement[], count: number): readonly Candidate[] => {
    let touchedCount = 0;
    let visits = 0;
    for (const { item, weight } of engagements) {
      const start = numbers.get(item);
      if (start === undefined) continue;
      const factor = weight * startFactors[start]!;
      const last = itemStarts[start + 1]!;
      for (let i = itemStarts[start]!; i < last && visits < VISITS_MAX; i++) {
        const user = usersOfItems[i]!;
        const step = factor * userFactors[user]!;
        const end = userStarts[user + 1]!;
        for (let j = userStarts[user]!; j < end; j++) {
          const found = itemsOfUsers[j]!;
          if (scores[found] === 0) touched[touchedCount++] = found;
          scores[found] = scores[found]! + step;
        }
        visits += end - userStarts[user]!;
      }
    }
    // What the user engaged with already is no candidate.
    for (const { item } of engagements) {
      const number = numbers.get(item);
      if (number !== undefined) scores[number] = 0;
    }
    const best = new BestItems(count, items);
    for (let i = 0; i < touchedCount; i++) {
      const end = touched[i]!;
      best.offer(end, scores[end]! * endFactors[end]!);
      scores[end] = 0;
    }
    return best.list();
  };

  const causesAmong = (engagements: readonly Engagement[]) => {
    const starts = new Map<number, { item: ItemId; factor: number; sum: number }>();
    for (const { item, weight } of engagements) {
      const number = numbers.get(item);
      if (number !== undefined) starts.set(number, { item, factor: weight * startFactors[number]!, sum: 0 });
    }
    let visitsLeft = CAUSE_VISITS_MAX;
    return (item: ItemId): readonly ItemId[] => {
      const end = numbers.get(item);
      if (end === undefined) return [];
      for (const start of starts.values()) start.sum = 0;
      const visitsMax = Math.min(visitsLeft, CAUSE_VISITS_PER_ITEM_MAX);
      let visits = 0;
      for (let i = itemStarts[end]!; i < itemStarts[end + 1]! && visits < visitsMax; i++) {
        const user = usersOfItems[i]!;
        for (let j = userStarts[user]!; j < userStarts[user + 1]!; j++) {
          const start = starts.get(itemsOfUsers[j]!);
          if (start) start.sum += start.factor * userFactors[user]!;
        }
        visits += userStarts[user + 1]! - userStarts[user]!;
      }
      visitsLeft -= visits;
      return [...starts.values()]
        .filter((start) => start.sum > 0)
        .sort((a, b) => b.sum - a.sum || compareIds(a.item, b.item))
        .slice(0, BECAUSE_MAX)
        .map((start) => start.item);
    };
  };

  return { coEngaged, causesAmong };
}
