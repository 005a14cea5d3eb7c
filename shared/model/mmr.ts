import { compareIds, type ItemId } from '../id.ts';
import { packVectors } from '../numeric/packed-vectors.ts';

/** Diversity of a slate where neither the request nor a training chose one, in [0, 1]. */
export const DIVERSITY_DEFAULT = 0.1;

export interface RelevantItem {
  readonly item: ItemId;
  /** In [0, 1]: the request's largest is 1. */
  readonly relevance: number;
  /** Unit length; `undefined` for an item without an embedding, which is similar to no other. */
  readonly vector: Float32Array | undefined;
}

export interface Pick<Entry> {
  readonly entry: Entry;
  /** Cost of repeating earlier picks: at most 0, and 0 for the first. */
  readonly penalty: number;
  /** `(1 − diversity)·relevance + penalty`: the value at which the item was picked; never rises down the list. */
  readonly score: number;
}

/**
 * Picks items one by one, each time the one with the largest `(1 − diversity)·relevance − diversity·max(0, s)`, where `s` is its
 * largest cosine to an item picked before.
 *
 * @param diversity  In [0, 1]: 0 keeps the order of relevance.
 * @returns At most `count` entries, ties by id. Cost: O(items·count·dimensions).
 * @see Carbonell and Goldstein, "The use of MMR", SIGIR 1998.
 */
export function mmr<Entry extends RelevantItem>(
  entries: readonly Entry[],
  count: number,
  diversity: number,
): readonly Pick<Entry>[] {
  const embedded = entries.filter((entry) => entry.vector !== undefined);
  const product = packVectors(diversity === 0 ? [] : embedded.map((entry) => entry.vector!));
  const places = new Map(embedded.map((entry, place) => [entry.item, place]));
  const left = entries.map((entry) => ({ entry, place: places.get(entry.item), nearest: 0 }));
  const picks: Pick<Entry>[] = [];
  while (picks.length < count && left.length > 0) {
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < left.length; i++) {
      const { entry, nearest } = left[i]!;
      const score = (1 - diversity) * entry.relevance - diversity * nearest;
      if (score > bestScore || (score === bestScore && compareIds(entry.item, left[best]!.entry.item) < 0)) {
        best = i;
        bestScore = score;
      }
    }
    const { entry, place, nearest } = left[best]!;
    left[best] = left.at(-1)!;
    left.pop();
    picks.push({ entry, penalty: nearest === 0 ? 0 : -diversity * nearest, score: bestScore });
    if (diversity === 0 || place === undefined) continue;
    for (const other of left) {
      if (other.place !== undefined) other.nearest = Math.max(other.nearest, product(place, other.place));
    }
  }
  return picks;
}
