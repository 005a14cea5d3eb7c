import { type SparseRows, transposed } from '@kindred/shared/numeric/sparse-rows';
import type { TrainingData } from '@kindred/trainer/history/training-data';
import { engagementWeights } from '@kindred/trainer/item-item/engagement-weights';
import { chosenSetting, rowScores } from '../chosen-setting.ts';
import type { Contender } from '../contender.ts';
import { itemNeighbors } from '../item-neighbors.ts';
import { historyRanking } from '../scored-ranking.ts';

/** Neighbours of each candidate. */
const KEPT = 200;
const SETTINGS = [
  { shrinkage: 3, seenWeight: 0.3 },
  { shrinkage: 3, seenWeight: 0 },
  { shrinkage: 10, seenWeight: 0.3 },
  { shrinkage: 10, seenWeight: 0 },
  { shrinkage: 50, seenWeight: 0.3 },
  { shrinkage: 50, seenWeight: 0 },
  { shrinkage: 200, seenWeight: 0 },
] as const;
type Setting = (typeof SETTINGS)[number];

/**
 * Item k-nearest neighbours: each candidate is scored by its own nearest, by the cosine of who engaged with them, with
 * shrinkage; low ratings as weak signal.
 */
export const itemKnn: Contender = {
  name: 'item-knn',
  knowsNewItems: false,
  fit: async (task) => {
    const { data, seed } = task;
    const fit = async (part: TrainingData, setting: Setting) => ({
      addScores: rowScores(neighborsOf(part, setting)),
      seenWeight: setting.seenWeight,
    });
    const setting = await chosenSetting<Setting>(data, SETTINGS, { seed, fit });
    return {
      parameters: { k: KEPT, ...setting },
      ...historyRanking(task, rowScores(neighborsOf(data, setting)), setting.seenWeight),
    };
  },
};

/** Row `i`: what an engagement with item `i` adds to those items that count it among their nearest. */
function neighborsOf({ strengths, items }: TrainingData, { shrinkage, seenWeight }: Setting): SparseRows {
  const weights = engagementWeights(strengths, { seenWeight, userExponent: 0 });
  return transposed(itemNeighbors(weights, items.length, shrinkage, KEPT), items.length);
}
