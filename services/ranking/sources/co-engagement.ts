import { compareIds, type ItemId } from '@kindred/shared/id';
import { ENGAGEMENT_MAX } from '@kindred/shared/model/engagement';
import { addCoEngagement, topItems } from '@kindred/shared/model/item-model';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { Engagement } from '../profile/engagement.ts';
import { CAUSES_MAX, type Candidate, type Causes } from './candidate.ts';

/** The catalog's co-engagement rows with the ids of their items. */
export interface CoEngagementData {
  /** As `coEngagementRows` makes them. */
  readonly rows: SparseRows;
  /** Ids by number, rising. */
  readonly items: readonly ItemId[];
  readonly numbers: ReadonlyMap<ItemId, number>;
}

/** Co-engagement of all items with one user's engagements. */
export class CoEngagementScores {
  readonly #data: CoEngagementData;
  readonly #engagements: readonly Engagement[];
  /** Shape `[items]`, at least 0. */
  readonly #scores: Float32Array;

  /** @param engagements  Latest first. Cost: O(items + entries of the engaged rows), and `4·items` bytes. */
  constructor(data: CoEngagementData, engagements: readonly Engagement[]) {
    this.#data = data;
    this.#engagements = engagements;
    this.#scores = new Float32Array(data.items.length);
    const liked = engagements.map(({ item, weight }) => ({
      number: data.numbers.get(item) ?? -1,
      strength: weight / ENGAGEMENT_MAX,
    }));
    addCoEngagement(data.rows, liked, this.#scores);
  }

  /** @returns At most `count` items outside `excluded`, best first, ties by id. Cost: O(items). */
  best(count: number, excluded: ReadonlySet<ItemId>): readonly Candidate[] {
    const { items, numbers } = this.#data;
    const isExcluded = new Uint8Array(items.length);
    for (const item of excluded) isExcluded[numbers.get(item) ?? -1] = 1;
    const top = topItems(this.#scores, count, (item) => isExcluded[item] === 0);
    return Array.from(top, (number) => ({ item: items[number]!, sourceScore: this.#scores[number]! }));
  }

  /** Score of one item, in saves; 0 for an unknown one. */
  scoreOf(item: ItemId): number {
    return this.#scores[this.#data.numbers.get(item) ?? -1] ?? 0;
  }

  causes(items: readonly ItemId[]): Causes {
    return rowCauses(this.#data, this.#engagements, items);
  }
}

/**
 * Finds the engagements whose rows lead to each of the items; strongest first, ties by id, at most `CAUSES_MAX`.
 * Cost: O(entries of the engagements' rows), for any number of items.
 */
export function rowCauses(
  { rows, numbers }: Pick<CoEngagementData, 'rows' | 'numbers'>,
  engagements: Iterable<Pick<Engagement, 'item' | 'weight'>>,
  items: readonly ItemId[],
): Causes {
  const { starts, columns, values } = rows;
  const parts = new Map<number, { readonly item: ItemId; readonly part: number }[]>();
  const isWanted = new Uint8Array(numbers.size);
  for (const item of items) {
    const number = numbers.get(item);
    if (number === undefined) continue;
    parts.set(number, []);
    isWanted[number] = 1;
  }
  for (const { item, weight } of engagements) {
    const row = numbers.get(item);
    if (row === undefined) continue;
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      const part = weight * values[i]!;
      if (isWanted[columns[i]!] === 1 && part > 0) parts.get(columns[i]!)!.push({ item, part });
    }
  }
  const causes = new Map<ItemId, readonly ItemId[]>();
  for (const item of items) {
    const own = parts.get(numbers.get(item) ?? -1) ?? [];
    if (own.length > 0) causes.set(item, strongest(own));
  }
  return causes;
}

function strongest(parts: { readonly item: ItemId; readonly part: number }[]): readonly ItemId[] {
  return parts
    .sort((a, b) => b.part - a.part || compareIds(a.item, b.item))
    .slice(0, CAUSES_MAX)
    .map(({ item }) => item);
}
