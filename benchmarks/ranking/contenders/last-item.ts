import { addRow } from '@kindred/shared/numeric/sparse-rows';
import { engagementWeights } from '@kindred/trainer/item-item/engagement-weights';
import type { Contender } from '../contender.ts';
import { itemNeighbors } from '../item-neighbors.ts';
import { scoredRanking } from '../scored-ranking.ts';

const KEPT = 200;
const SHRINKAGE = 50;

/** The neighbours of the item that the user liked last. */
export const lastItem: Contender = {
  name: 'last-item',
  knowsNewItems: false,
  unfit: ({ train }) => (train.table.atMs === undefined ? 'its rows have no times' : undefined),
  fit: async (task) => {
    const { strengths, items } = task.data;
    const weights = engagementWeights(strengths, { seenWeight: 0, userExponent: 0 });
    const rows = itemNeighbors(weights, items.length, SHRINKAGE, KEPT);
    return {
      parameters: { k: KEPT, shrinkage: SHRINKAGE },
      ...scoredRanking(task, ({ last }, scores) => {
        const number = last === undefined ? undefined : task.numbers.get(last);
        if (number !== undefined) addRow(rows, number, 1, scores);
      }),
    };
  },
};
