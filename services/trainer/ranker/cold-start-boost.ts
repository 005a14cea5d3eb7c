import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';
import { TopK } from '@kindred/shared/numeric/top-k';

/** A user's candidates with their scores. */
export interface ScoredList {
  readonly items: Int32Array;
  readonly scores: ArrayLike<number>;
  /** Items that the user turned out to like, new ones among them. */
  readonly targets: ReadonlySet<number>;
}

/**
 * The most that showing new items may cost: this share of the nDCG@20 or recall@20 on all others. New items earn nothing
 * while nobody meets them, so weights that only follow what was liked show too few of them.
 */
export const LOSS_MAX = 0.02;
const BOOST_MAX = 6;
/** Boosts among which the least loss is looked for. */
const LOWERINGS: readonly number[] = [0, -0.5, -1, -2, -4, -6];
const STEPS = 14;
const SHOWN = 20;

/**
 * The largest addition to the score of a new item, and in part to that of one that few know, that `LOSS_MAX` allows on
 * some users' lists. Below 0 where new items cost more without one.
 * @param hidden  Of each item: 1 where the model takes it for new, else 0.
 * @param imputedShare  Of each item: the share of the boost that it gets, in [0, 1].
 * @returns In [−6, 6]; 0 without new items among the candidates; the boost of the least loss where none is within
 * `LOSS_MAX`. Cost: 21 rankings of all candidates.
 */
export function coldStartBoost(lists: readonly ScoredList[], hidden: Uint8Array, imputedShare: Float32Array): number {
  const judged = lists.flatMap((list) => {
    const targets = new Set([...list.targets].filter((item) => hidden[item] === 0));
    return targets.size === 0 ? [] : [{ ...list, targets }];
  });
  const isNew = (item: number): boolean => hidden[item] === 1 && imputedShare[item]! > 0;
  if (!judged.some(({ items }) => items.some(isNew))) return 0;
  const without = qualityOf(judged, (item) => (hidden[item] === 0 ? 0 : undefined));
  const lossAt = (boost: number): number => {
    const boosted = qualityOf(judged, (item) => boost * imputedShare[item]!);
    return Math.max(1 - boosted.ndcg / without.ndcg, 1 - boosted.recall / without.recall);
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

/**
 * Quality of the lists by their scores, summed over the lists.
 * @param added  Addition to the score of an item; `undefined` leaves it out.
 */
function qualityOf(
  lists: readonly ScoredList[],
  added: (item: number) => number | undefined,
): { readonly ndcg: number; readonly recall: number } {
  const top = new TopK(SHOWN);
  let ndcg = 0;
  let recall = 0;
  for (const { items, scores, targets } of lists) {
    for (const [place, item] of items.entries()) {
      const boost = added(item);
      if (boost !== undefined) top.offer(place, scores[place]! + boost);
    }
    const shown = Array.from(top.take(), (place) => items[place]!);
    ndcg += ndcgAt20(shown, targets);
    recall += recallAt20(shown, targets);
  }
  return { ndcg, recall };
}
