import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';
import { TopK } from '@kindred/shared/numeric/top-k';

/** A user's candidates with their scores. */
export interface ScoredList {
  readonly items: readonly number[];
  readonly scores: ArrayLike<number>;
  /** What the user turned out to like, or would have of new items. */
  readonly liked: ReadonlySet<number>;
}

/**
 * What showing new items may cost: this share of the nDCG@20 or recall@20 on all others. New items earn nothing while
 * nobody meets them, so weights that only follow what was liked show too few of them.
 */
export const LOSS_MAX = 0.02;
const BOOST_MAX = 6;
/** Where the least loss is looked for. */
const LOWERINGS: readonly number[] = [0, -0.5, -1, -2, -4, -6];
const STEPS = 14;
const SHOWN = 20;

/**
 * How much may be added to the score of a new item, and in part to that of one few know: as much as `LOSS_MAX` allows on
 * lists of users. Below 0 where new items cost more by themselves.
 * @param hidden  Items that the model takes for new: 1, others 0.
 * @param imputedShare  Of each item: the share of the boost that it gets.
 * @returns 0 without new items among the candidates; where nothing keeps within `LOSS_MAX`, what costs least. Cost: O(candidates) a step.
 */
export function coldStartBoost(lists: readonly ScoredList[], hidden: Uint8Array, imputedShare: Float32Array): number {
  const judged = lists.flatMap((list) => {
    const liked = new Set([...list.liked].filter((item) => hidden[item] === 0));
    return liked.size === 0 ? [] : [{ ...list, liked }];
  });
  const isNew = (item: number): boolean => hidden[item] === 1 && imputedShare[item]! > 0;
  if (!judged.some(({ items }) => items.some(isNew))) return 0;
  const top = new TopK(SHOWN);
  const quality = (boost: number, takesHidden: boolean): readonly [number, number] => {
    let ndcg = 0;
    let recall = 0;
    for (const { items, scores, liked } of judged) {
      for (const [place, item] of items.entries()) {
        if (takesHidden || hidden[item] === 0) top.offer(place, scores[place]! + boost * imputedShare[item]!);
      }
      const shown = Array.from(top.take(), (place) => items[place]!);
      ndcg += ndcgAt20(shown, liked);
      recall += recallAt20(shown, liked);
    }
    return [ndcg, recall];
  };
  const best = quality(0, false);
  const lossAt = (boost: number): number => {
    const [ndcg, recall] = quality(boost, true);
    return Math.max(1 - ndcg / best[0], 1 - recall / best[1]);
  };
  // Far down, items that few know sink too, and that costs as well: the loss rises only from its least on.
  const least = LOWERINGS.map((boost) => ({ boost, loss: lossAt(boost) })).reduce((a, b) => (b.loss < a.loss ? b : a));
  if (!(least.loss <= LOSS_MAX)) return Number.isNaN(least.loss) ? 0 : least.boost;
  let low = least.boost;
  let high = BOOST_MAX;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (lossAt(middle) <= LOSS_MAX) low = middle;
    else high = middle;
  }
  return low;
}
