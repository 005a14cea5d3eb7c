import { compareIds, type ItemId } from '@kindred/shared/id';
import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { Engagement } from '../profile/engagement.ts';
import type { Candidate } from './candidate.ts';

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
  /** As `causesOf` has them. */
  causes(items: readonly ItemId[]): Causes;
}

/** Which items of the user led to each of some others, strongest first, at most 3; no entry where none did. */
export type Causes = ReadonlyMap<ItemId, readonly ItemId[]>;

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
      // What the user engaged with already is no candidate.
      const isEngaged = new Uint8Array(scores.length);
      for (const { item } of engagements) isEngaged[numbers.get(item) ?? -1] = 1;
      const top = new TopK(count);
      for (let number = 0; number < scores.length; number++) {
        if (scores[number]! > 0 && isEngaged[number] === 0) top.offer(number, scores[number]!);
      }
      return Array.from(top.take(), (number) => ({ item: items[number]!, score: scores[number]!, because: [] }));
    },
    scoreOf: (item) => scores[numbers.get(item) ?? -1] ?? 0,
    causes: (wanted) => causesOf({ rows, numbers }, engagements, wanted),
  };
}

/**
 * Which of the engagements lead to each of the items by their rows; ties by id.
 * Cost: O(entries of the engagements' rows), however many items are asked for.
 */
export function causesOf(
  { rows, numbers }: Pick<CoEngagementData, 'rows' | 'numbers'>,
  engagements: readonly Engagement[],
  items: readonly ItemId[],
): Causes {
  const { starts, columns, values } = rows;
  const asked = new Map<number, { readonly item: ItemId; readonly part: number }[]>();
  const isAsked = new Uint8Array(numbers.size);
  for (const item of items) {
    const number = numbers.get(item);
    if (number === undefined) continue;
    asked.set(number, []);
    isAsked[number] = 1;
  }
  for (const { item, weight } of engagements) {
    const row = numbers.get(item);
    if (row === undefined) continue;
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      const part = weight * values[i]!;
      if (isAsked[columns[i]!] === 1 && part > 0) asked.get(columns[i]!)!.push({ item, part });
    }
  }
  const causes = new Map<ItemId, readonly ItemId[]>();
  for (const item of items) {
    const found = asked.get(numbers.get(item) ?? -1) ?? [];
    if (found.length === 0) continue;
    found.sort((a, b) => b.part - a.part || compareIds(a.item, b.item));
    causes.set(
      item,
      found.slice(0, BECAUSE_MAX).map((cause) => cause.item),
    );
  }
  return causes;
}
