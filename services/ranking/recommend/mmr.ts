import { compareIds, type ItemId } from '@kindred/shared/id';
import { packVectors } from '@kindred/shared/numeric/packed-vectors';

export interface RelevantItem {
  readonly item: ItemId;
  /** In [0, 1]: the request's largest is 1. */
  readonly relevance: number;
  /** Unit length; `undefined` for an item without an embedding, which is like no other. */
  readonly vector: Float32Array | undefined;
}

export interface PickedItem {
  readonly item: ItemId;
  /** What repeating earlier picks cost it: at most 0, and 0 for the first. */
  readonly penalty: number;
  /** `(1 − diversity)·relevance + penalty`: the value that it was picked with; never rises down the list. */
  readonly score: number;
}

/**
 * Picks items one by one, each time the one with the largest `(1 − diversity)·relevance − diversity·max(0, max cosine to those picked)`.
 *
 * @param diversity  In [0, 1]: 0 keeps the order of relevance.
 * @returns At most `count` items, ties by id. Cost: O(items·count·dimensions).
 * @see Carbonell and Goldstein, "The use of MMR", SIGIR 1998.
 */
export function diversify(items: readonly RelevantItem[], count: number, diversity: number): readonly PickedItem[] {
  const embedded = items.filter((entry) => entry.vector !== undefined);
  const product = packVectors(diversity === 0 ? [] : embedded.map((entry) => entry.vector!));
  const places = new Map(embedded.map((entry, place) => [entry.item, place]));
  const left = items.map(({ item, relevance }) => ({ item, relevance, place: places.get(item), nearest: 0 }));
  const picked: PickedItem[] = [];
  while (picked.length < count && left.length > 0) {
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < left.length; i++) {
      const score = (1 - diversity) * left[i]!.relevance - diversity * left[i]!.nearest;
      if (score > bestScore || (score === bestScore && compareIds(left[i]!.item, left[best]!.item) < 0)) {
        best = i;
        bestScore = score;
      }
    }
    const chosen = left[best]!;
    left[best] = left.at(-1)!;
    left.pop();
    picked.push({
      item: chosen.item,
      penalty: chosen.nearest === 0 ? 0 : -diversity * chosen.nearest,
      score: bestScore,
    });
    if (diversity === 0 || chosen.place === undefined) continue;
    for (const other of left) {
      if (other.place !== undefined) other.nearest = Math.max(other.nearest, product(chosen.place, other.place));
    }
  }
  return picked;
}
