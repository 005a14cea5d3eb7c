import { Largest } from '@kindred/shared/model/largest';
import { edgeOf, liftOf, type NewItemLift, SHOWN } from '@kindred/shared/model/ranker';
import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';

/** A user's candidates with their scores. */
export interface ScoredList {
  readonly items: readonly number[];
  readonly scores: ArrayLike<number>;
  /** What the user turned out to like. */
  readonly liked: ReadonlySet<number>;
}

/**
 * What showing new items may cost: this share of the nDCG@20 or recall@20 on all others. New items earn nothing while
 * nobody meets them, so weights that only follow what was liked show too few of them.
 */
export const LOSS_MAX = 0.0175;
const LIFT_MAX = 6;
/** Where the least loss is looked for. */
const LOWERINGS: readonly number[] = [0, -0.5, -1, -2, -4, -6];
const STEPS = 14;
const PULLS: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4];

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
 * @returns Nothing without new items among the candidates; where nothing keeps within `LOSS_MAX`, what costs least. Cost: O(candidates) a step.
 */
export function newItemLift(
  lists: readonly ScoredList[],
  hidden: Uint8Array,
  borrowedShare: Float32Array,
): NewItemLift {
  const judged = lists.flatMap((list) => {
    const isHidden = (item: number): boolean => hidden[item] === 1;
    const liked = new Set([...list.liked].filter((item) => !isHidden(item)));
    const likedNew = new Set([...list.liked].filter(isHidden));
    return liked.size === 0 ? [] : [{ ...list, liked, likedNew, edge: edgeOf(list.scores) }];
  });
  const isNew = (item: number): boolean => hidden[item] === 1 && borrowedShare[item]! > 0;
  if (!judged.some(({ items }) => items.some(isNew))) return { add: 0, pull: 0 };
  const largest = new Largest(SHOWN);
  const quality = (lift: NewItemLift, takesHidden: boolean): Quality => {
    const sum = { ndcg: 0, recall: 0, found: 0 };
    for (const { items, scores, liked, likedNew, edge } of judged) {
      for (const [place, item] of items.entries()) {
        if (!takesHidden && hidden[item] === 1) continue;
        const score = scores[place]!;
        largest.offer(place, score + liftOf(lift, score, borrowedShare[item]!, edge));
      }
      const shown = Array.from(largest.take(), (place) => items[place]!);
      sum.ndcg += ndcgAt20(shown, liked);
      sum.recall += recallAt20(shown, liked);
      if (likedNew.size > 0) sum.found += recallAt20(shown, likedNew);
    }
    return sum;
  };
  const best = quality({ add: 0, pull: 0 }, false);
  const lossAt = (lift: NewItemLift): number => {
    const { ndcg, recall } = quality(lift, true);
    return Math.max(1 - ndcg / best.ndcg, 1 - recall / best.recall);
  };
  const tries = PULLS.map((pull) => {
    // Far down, items that few know sink too, and that costs as well: the loss rises only from its least on.
    const lowered = LOWERINGS.map((add) => ({ add, pull, loss: lossAt({ add, pull }) }));
    const least = lowered.reduce((a, b) => (b.loss < a.loss ? b : a));
    if (!(least.loss <= LOSS_MAX)) return { ...least, found: -1 };
    let low = least.add;
    let high = LIFT_MAX;
    for (let step = 0; step < STEPS; step++) {
      const middle = (low + high) / 2;
      if (lossAt({ add: middle, pull }) <= LOSS_MAX) low = middle;
      else high = middle;
    }
    return { add: low, pull, loss: least.loss, found: quality({ add: low, pull }, true).found };
  });
  const { add, pull, loss } = tries.reduce((a, b) =>
    b.found > a.found || (a.found < 0 && b.found < 0 && b.loss < a.loss) ? b : a,
  );
  return Number.isNaN(loss) ? { add: 0, pull: 0 } : { add, pull };
}
