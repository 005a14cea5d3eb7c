import type { TrainingData } from '@kindred/trainer/history/training-data';
import { negatedInverse } from '@kindred/trainer/item-item/ease';
import { engagementWeights } from '@kindred/trainer/item-item/engagement-weights';
import { DENSE_ITEMS_MAX } from '@kindred/trainer/item-item/prepared-catalog';
import { addGram } from '@kindred/trainer/matrix/gram';
import type { MatrixProduct } from '@kindred/trainer/matrix/matrix-product';
import { tiledMatrix } from '@kindred/trainer/matrix/tiled-matrix';
import { type AddScores, chosenSetting } from '../chosen-setting.ts';
import type { Contender } from '../contender.ts';
import { historyRanking } from '../scored-ranking.ts';

const SETTINGS = [15, 30, 60, 120, 240, 480, 960, 1_920].flatMap((lambda) => [
  { lambda, seenWeight: 0.6 },
  { lambda, seenWeight: 0 },
]);
const FALLBACK = { lambda: 60, seenWeight: 0.6 };
type Setting = typeof FALLBACK;

/** EASE on engagement alone as it is published, all weights of both signs; low ratings as weak signal. */
export const ease: Contender = {
  name: 'ease',
  knowsNewItems: false,
  unfit: ({ data }) =>
    data.items.length > DENSE_ITEMS_MAX ? `its dense fit takes ${DENSE_ITEMS_MAX} items` : undefined,
  fit: async (task) => {
    const { data, multiply, seed } = task;
    const hasSeen = data.strengths.values.includes(0);
    const [first = FALLBACK, ...others] = SETTINGS.filter(({ seenWeight }) => hasSeen || seenWeight === 0);
    const setting = await chosenSetting<Setting>(data, [first, ...others], {
      seed,
      fit: async (part, tried) => ({
        addScores: await fitEase(part, tried, multiply),
        seenWeight: tried.seenWeight,
      }),
    });
    return {
      parameters: { ...setting },
      ...historyRanking(task, await fitEase(data, setting, multiply), setting.seenWeight),
    };
  },
};

/** With `P = (G + λI)⁻¹`, item `j` scores `−Σ_i w_i·P_ij / P_jj` over the history, itself left out. */
async function fitEase(
  { strengths, items }: TrainingData,
  { lambda, seenWeight }: Setting,
  multiply: MatrixProduct,
): Promise<AddScores> {
  const size = items.length;
  const matrix = tiledMatrix(size);
  addGram(matrix, engagementWeights(strengths, { seenWeight, userExponent: 0 }));
  await negatedInverse(matrix, lambda, multiply);
  const diagonal = Float32Array.from({ length: size }, (_, item) => matrix.at(item, item));
  const row = new Float32Array(size);
  return (history, into) => {
    for (const [item, weight] of history) {
      matrix.row(item, row);
      row[item] = 0;
      for (let other = 0; other < size; other++) into[other] = into[other]! - (weight * row[other]!) / diagonal[other]!;
    }
  };
}
