import { compareIds, type ItemId } from '@kindred/shared/id';
import { decayed, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { dot } from '@kindred/shared/numeric/vector';
import type { Engagement } from './engagement.ts';
import { wardClusters } from './ward.ts';

/** A group of a user's engaged items that lie near one another, known by the one in its middle. */
export interface Interest {
  /** A real item, so its neighbors can be asked for by id. */
  readonly medoid: ItemId;
  /** Latest first. */
  readonly items: readonly ItemId[];
  /** Sum of the items' weights, halved every 69 days; greater than 0. */
  readonly importance: number;
}

export interface EmbeddedEngagement extends Engagement {
  /** Centred on the catalog's mean, unit length. */
  readonly vector: Float32Array;
}

/** An interest without its importance, which alone changes with time. */
export interface Cluster {
  readonly medoid: ItemId;
  readonly items: readonly ItemId[];
}

/**
 * Splits a user's engaged items into clusters by Ward clustering.
 *
 * @param engaged  Latest first; vectors of one length.
 * @param mergeCostMax  Largest Lance–Williams merge cost on squared distance, in (0, 4·n]; two items merge at 2 − 2·cosine, and larger
 *   gives fewer, broader interests.
 * @returns In no order; `[]` for a user without engagements.
 * Cost: O(m²·dimensions) time and O(m²) memory for m = engaged.length, so callers cap m.
 * @see Pal et al., "PinnerSage", KDD 2020, section 4.
 */
export function clustersOf(engaged: readonly EmbeddedEngagement[], mergeCostMax: number): readonly Cluster[] {
  const groups = wardClusters(
    engaged.map((engagement) => engagement.vector),
    mergeCostMax,
  );
  return groups.map((members) => {
    const inside = members.map((index) => engaged[index]!);
    return { medoid: medoidOf(inside), items: inside.map((engagement) => engagement.item) };
  });
}

/**
 * Weighs clusters by how much and how lately the user engaged with their items.
 * @returns By falling importance, ties by medoid id.
 */
export function interestsOf(
  clusters: readonly Cluster[],
  engagements: readonly Engagement[],
  nowMs: number,
): readonly Interest[] {
  const byItem = new Map(engagements.map((engagement) => [engagement.item, engagement]));
  const importanceOf = (item: ItemId): number => {
    const { weight, latestMs } = byItem.get(item)!;
    return decayed(weight, nowMs - latestMs, HALF_LIFE_DAYS.long);
  };
  return clusters
    .map(({ medoid, items }) => ({
      medoid,
      items,
      importance: items.reduce((sum, item) => sum + importanceOf(item), 0),
    }))
    .sort((a, b) => b.importance - a.importance || compareIds(a.medoid, b.medoid));
}

/** The item with the least sum of squared distances to the others: on unit vectors, the one nearest to their sum. */
function medoidOf(inside: readonly EmbeddedEngagement[]): ItemId {
  const sum = new Float32Array(inside[0]!.vector.length);
  for (const { vector } of inside) for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + vector[i]!;
  let best = inside[0]!;
  let bestProduct = dot(best.vector, sum);
  for (const candidate of inside) {
    const product = dot(candidate.vector, sum);
    if (product > bestProduct || (product === bestProduct && compareIds(candidate.item, best.item) < 0)) {
      best = candidate;
      bestProduct = product;
    }
  }
  return best.item;
}
