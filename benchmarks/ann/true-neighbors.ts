import type { Filter } from '@kindred/shared/catalog';
import { predicateOf } from '@kindred/shared/filter';
import type { ItemId } from '@kindred/shared/id';
import type { NeighborTarget } from '@kindred/shared/neighbor';
import { dot } from '@kindred/shared/numeric/vector';
import type { EmbeddedItem } from './embedded-items.ts';

/** Most by which two computations of one similarity may differ. */
const EPSILON = 1e-6;

/** The truth that answers to one query are judged against. */
export interface TrueNeighbors {
  /**
   * The share of the k nearest that an answer found, in [0, 1]. Tie-aware: an item as similar as the k-th counts.
   * If fewer than k items pass the filter, all of them are wanted.
   * @param filter  The same object for the same filter, which is then evaluated once.
   * @returns `undefined` if no item passes.
   */
  recall(answered: readonly ItemId[], k: number, filter: Filter): number | undefined;
}

/** Compares with every item, in double precision, by code of its own. */
export function trueNeighborsAmong(items: readonly EmbeddedItem[]): (target: NeighborTarget) => TrueNeighbors {
  const places = new Map(items.map(({ item }, place) => [item, place]));
  const keptPlaces = new Map<Filter, Int32Array>();
  const placesKept = (filter: Filter): Int32Array => {
    const known = keptPlaces.get(filter);
    if (known !== undefined) return known;
    const passes = predicateOf(filter);
    const kept = Int32Array.from(items.flatMap(({ fields }, place) => (passes(fields) ? [place] : [])));
    keptPlaces.set(filter, kept);
    return kept;
  };

  return (target) => {
    const own = 'item' in target ? places.get(target.item) : undefined;
    const vector = 'vector' in target ? target.vector : own === undefined ? undefined : items[own]?.vector;
    if (vector === undefined) throw new Error('a query for an item without a vector');
    const similarities = Float64Array.from(items, (each) => dot(vector, each.vector));
    return {
      recall(answered, k, filter) {
        const kept = placesKept(filter).filter((place) => place !== own);
        const wanted = Math.min(k, kept.length);
        if (wanted === 0) return undefined;
        const edge = largest(kept, similarities, wanted) - EPSILON;
        const allowed = new Set(kept);
        const good = new Set(answered.slice(0, k)).values().filter((item) => {
          const place = places.get(item);
          return place !== undefined && allowed.has(place) && similarities[place]! >= edge;
        });
        return good.toArray().length / wanted;
      },
    };
  };
}

/** The k-th largest of the similarities at these places. */
function largest(places: Int32Array, similarities: Float64Array, k: number): number {
  const found = Float64Array.from(places, (place) => similarities[place]!).sort();
  return found[found.length - k]!;
}
