import type { Filter } from '@kindred/shared/catalog';
import { predicateOf } from '@kindred/shared/filter';
import type { ItemId } from '@kindred/shared/id';
import type { NeighborTarget } from '@kindred/shared/neighbor';
import { dot } from '@kindred/shared/vector';
import type { EmbeddedItem } from './embedded-items.ts';

/** By how much two computations of one similarity may differ. */
const EPSILON = 1e-6;

/** What any answer to one query is judged against. */
export interface TrueNeighbors {
  /**
   * The share of the k nearest that an answer found, in [0, 1]. Tie-aware: whatever is as similar as the k-th counts. Where fewer
   * than k items pass the filter, all of them are wanted.
   * @returns `undefined` where no item passes.
   */
  recall(answered: readonly ItemId[], k: number, filter: Filter): number | undefined;
}

/** Compares with every item, in double precision, by code of its own. */
export function trueNeighbors(items: readonly EmbeddedItem[], target: NeighborTarget): TrueNeighbors {
  const vector = 'vector' in target ? target.vector : items.find(({ item }) => item === target.item)?.vector;
  if (vector === undefined) throw new Error('a query for an item without a vector');
  const others = 'item' in target ? items.filter(({ item }) => item !== target.item) : items;
  const similarities = new Map(others.map(({ item, vector: other }) => [item, dot(vector, other)]));
  return {
    recall(answered, k, filter) {
      const passes = predicateOf(filter);
      const kept = others.flatMap(({ item, card }) => (passes(card) ? [similarities.get(item) ?? Number.NaN] : []));
      const wanted = Math.min(k, kept.length);
      if (wanted === 0) return undefined;
      const edge = kept.sort((a, b) => b - a)[wanted - 1]! - EPSILON;
      const keptItems = new Set(others.filter(({ card }) => passes(card)).map(({ item }) => item));
      const found = new Set(answered.slice(0, k)).values();
      const good = found.filter((item) => keptItems.has(item) && (similarities.get(item) ?? Number.NaN) >= edge);
      return good.toArray().length / wanted;
    },
  };
}
