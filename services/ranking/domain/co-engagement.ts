import { compareIds, type ItemId } from '@kindred/shared/id';
import { Largest } from '@kindred/shared/model/largest';
import { addRow, elementOf, type SparseRows } from '@kindred/shared/model/sparse-rows';
import type { Candidate } from './candidate.ts';
import type { Engagement } from './engagement.ts';

/** What `coEngagementRows` made of a catalog, with the ids of its items. */
export interface CoEngagementData {
  readonly rows: SparseRows;
  /** Ids by number, rising. */
  readonly items: readonly ItemId[];
  readonly numbers: ReadonlyMap<ItemId, number>;
}

/** What users engaged with together. */
export interface CoEngagement {
  /**
   * Items that users with the same engagements also engaged with.
   * @returns At most `count`, best first, ties by id; `because` is empty. Cost: O(items + entries of the engaged rows).
   */
  coEngaged(engagements: readonly Engagement[], count: number): readonly Candidate[];
  /** @returns Which of the engaged items lead to the item, strongest first, at most 3. Cost: O(entries of their rows). */
  causes(engagements: readonly Engagement[], item: ItemId): readonly ItemId[];
}

const BECAUSE_MAX = 3;

export function coEngagement({ rows, items, numbers }: CoEngagementData): CoEngagement {
  const scores = new Float32Array(items.length);
  return {
    coEngaged: (engagements, count) => {
      scores.fill(0);
      for (const { item, weight } of engagements) addRow(rows, numbers.get(item) ?? -1, weight, scores);
      // What the user engaged with already is no candidate.
      for (const { item } of engagements) {
        const number = numbers.get(item);
        if (number !== undefined) scores[number] = 0;
      }
      const largest = new Largest(count);
      for (let number = 0; number < scores.length; number++) {
        if (scores[number]! > 0) largest.offer(number, scores[number]!);
      }
      return Array.from(largest.take(), (number) => ({ item: items[number]!, score: scores[number]!, because: [] }));
    },

    causes: (engagements, item) => {
      const end = numbers.get(item);
      if (end === undefined) return [];
      return engagements
        .map((engagement) => ({
          item: engagement.item,
          part: engagement.weight * elementOf(rows, numbers.get(engagement.item) ?? -1, end),
        }))
        .filter(({ part }) => part > 0)
        .sort((a, b) => b.part - a.part || compareIds(a.item, b.item))
        .slice(0, BECAUSE_MAX)
        .map((cause) => cause.item);
    },
  };
}
