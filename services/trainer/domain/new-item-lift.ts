import { Largest } from '@kindred/shared/model/largest';
import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';

/** A user's candidates with their scores. */
export interface ScoredList {
  readonly items: readonly number[];
  readonly scores: ArrayLike<number>;
  /** What the user turned out to like, or would have of new items. */
  readonly liked: ReadonlySet<number>;
  /** As the features have it. */
  readonly logHistory: number;
  /** How many users the user stands for. */
  readonly weight: number;
}

/** What is added to the score of a new item, and in part to that of one few know: `add + byHistory · logHistory`. */
export interface NewItemLift {
  readonly add: number;
  readonly byHistory: number;
}

/**
 * What showing new items may cost: this share of the nDCG@20 or recall@20 on all others. New items earn nothing while
 * nobody meets them, so weights that only follow what was liked show too few of them.
 */
export const LOSS_MAX = 0.02;
const LIFT_MAX = 6;
/** Where the least loss is looked for. */
const LOWERINGS: readonly number[] = [0, -0.5, -1, -2, -4, -6];
const STEPS = 14;
const SLOPES: readonly number[] = [0, -0.4, -0.2, 0.2, 0.4, 0.6, 0.8];
const SHOWN = 20;
const NONE: NewItemLift = { add: 0, byHistory: 0 };

/** What a lift leads to, summed over users. */
interface Quality {
  readonly ndcg: number;
  readonly recall: number;
  /** The recall of new items among all. */
  readonly found: number;
}

/**
 * How new items are lifted: by what finds the most of them and costs all others no more than `LOSS_MAX`, on lists of
 * users. Below 0 where new items cost more by themselves.
 * @param hidden  Items that the model takes for new: 1, others 0.
 * @param borrowedShare  Of each item: the share of the lift that it gets.
 * @returns 0 without new items among the candidates; where nothing keeps within `LOSS_MAX`, what costs least.
 * Cost: some 140 passes over the lists' first items and all that borrow.
 */
export function newItemLift(
  lists: readonly ScoredList[],
  hidden: Uint8Array,
  borrowedShare: Float32Array,
): NewItemLift {
  const isHidden = (item: number): boolean => hidden[item] === 1;
  if (!lists.some(({ items }) => items.some((item) => isHidden(item) && borrowedShare[item]! > 0))) return NONE;
  const judged = lists.flatMap((list) => {
    const liked = new Set([...list.liked].filter((item) => !isHidden(item)));
    if (liked.size === 0) return [];
    return [{ ...shortened(list, borrowedShare), liked, likedNew: new Set([...list.liked].filter(isHidden)) }];
  });
  const largest = new Largest(SHOWN);
  const quality = ({ add, byHistory }: NewItemLift, takesHidden: boolean): Quality => {
    const sum = { ndcg: 0, recall: 0, found: 0 };
    for (const { items, scores, liked, likedNew, logHistory, weight } of judged) {
      const lift = add + byHistory * logHistory;
      for (const [place, item] of items.entries()) {
        if (takesHidden || !isHidden(item)) largest.offer(place, scores[place]! + lift * borrowedShare[item]!);
      }
      const shown = Array.from(largest.take(), (place) => items[place]!);
      sum.ndcg += weight * ndcgAt20(shown, liked);
      sum.recall += weight * recallAt20(shown, liked);
      if (likedNew.size > 0) sum.found += weight * recallAt20(shown, likedNew);
    }
    return sum;
  };
  const best = quality(NONE, false);
  const lossAt = (lift: NewItemLift): number => {
    const { ndcg, recall } = quality(lift, true);
    return Math.max(1 - ndcg / best.ndcg, 1 - recall / best.recall);
  };
  const tries = SLOPES.map((byHistory) => {
    // Far down, items that few know sink too, and that costs as well: the loss rises only from its least on.
    const lowered = LOWERINGS.map((add) => ({ add, loss: lossAt({ add, byHistory }) }));
    const least = lowered.reduce((a, b) => (b.loss < a.loss ? b : a));
    if (!(least.loss <= LOSS_MAX)) return { lift: { add: least.add, byHistory }, loss: least.loss, found: -1 };
    let low = least.add;
    let high = LIFT_MAX;
    for (let step = 0; step < STEPS; step++) {
      const middle = (low + high) / 2;
      if (lossAt({ add: middle, byHistory }) <= LOSS_MAX) low = middle;
      else high = middle;
    }
    const lift = { add: low, byHistory };
    return { lift, loss: least.loss, found: quality(lift, true).found };
  });
  const { lift, loss } = tries.reduce((a, b) =>
    b.found > a.found || (a.found < 0 && b.found < 0 && b.loss < a.loss) ? b : a,
  );
  return Number.isNaN(loss) ? NONE : lift;
}

/** The list without what no lift can show: of items that get no part of it the first alone matter. */
function shortened({ items, scores, ...list }: ScoredList, borrowedShare: Float32Array): ScoredList {
  const largest = new Largest(SHOWN);
  for (const [place, item] of items.entries()) if (borrowedShare[item] === 0) largest.offer(place, scores[place]!);
  const first = new Set(largest.take());
  const kept = [...items.keys()].filter((place) => borrowedShare[items[place]!]! > 0 || first.has(place));
  return {
    ...list,
    items: kept.map((place) => items[place]!),
    scores: Float64Array.from(kept, (place) => scores[place]!),
  };
}
