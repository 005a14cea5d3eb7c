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

/** What users engaged with together, for one user's engagements. */
export interface CoEngagement {
  /** What the engagements lead to: at most `count`, best first, ties by id; `because` is empty. Cost: O(items). */
  best(count: number): readonly Candidate[];
  /** What the engagements add up to for an item; at least 0. */
  scoreOf(item: ItemId): number;
  /** Which of the engaged items lead to the item, strongest first, at most 3. Cost: O(entries of their rows). */
  causes(item: ItemId): readonly ItemId[];
}

const BECAUSE_MAX = 3;

/** Cost: O(items + entries of the engaged rows), and `4·items` bytes. */
export function coEngagementOf(
  { rows, items, numbers }: CoEngagementData,
  engagements: readonly Engagement[],
): CoEngagement {
  const scores = new Float32Array(items.length);
  for (const { item, weight } of engagements) addRow(rows, numbers.get(item) ?? -1, weight, scores);
  return {
    best: (count) => {
      const engaged = new Set(engagements.map(({ item }) => numbers.get(item)));
      const largest = new Largest(count);
      for (let number = 0; number < scores.length; number++) {
        // What the user engaged with already is no candidate.
        if (scores[number]! > 0 && !engaged.has(number)) largest.offer(number, scores[number]!);
      }
      return Array.from(largest.take(), (number) => ({ item: items[number]!, score: scores[number]!, because: [] }));
    },
    scoreOf: (item) => scores[numbers.get(item) ?? -1] ?? 0,
    causes: (item) => causesOf({ rows, numbers }, engagements, item),
  };
}

/** Which of the engagements lead to the item by their rows, strongest first, ties by id, at most 3. */
export function causesOf(
  { rows, numbers }: Pick<CoEngagementData, 'rows' | 'numbers'>,
  engagements: readonly Engagement[],
  item: ItemId,
): readonly ItemId[] {
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
}
