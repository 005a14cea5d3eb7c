import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { TrainingData } from '@kindred/trainer/history/training-data';
import { fitItemItem } from '@kindred/trainer/item-item/ease';
import { engagementWeights } from '@kindred/trainer/item-item/engagement-weights';
import { DENSE_ITEMS_MAX } from '@kindred/trainer/item-item/prepared-catalog';
import { addGram } from '@kindred/trainer/matrix/gram';
import type { MatrixProduct } from '@kindred/trainer/matrix/matrix-product';
import { tiledMatrix } from '@kindred/trainer/matrix/tiled-matrix';
import { chosenSetting } from '../chosen-setting.ts';
import type { Contender } from '../contender.ts';
import { rowsRanking } from '../scored-ranking.ts';

/** Weights of each item: enough that no ranking of 100 lacks one that matters. */
const KEPT = 1_000;
const SETTINGS = [30, 60, 120, 240, 480].flatMap((lambda) => [
  { lambda, seenWeight: 0.6 },
  { lambda, seenWeight: 0 },
]);
const FALLBACK = { lambda: 60, seenWeight: 0.6 };
type Setting = typeof FALLBACK;

/** EASE on engagement alone, low ratings as weak signal. */
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
      fit: async (part, tried) => ({ rows: await weightsOf(part, tried, multiply), seenWeight: tried.seenWeight }),
    });
    const rows = await weightsOf(data, setting, multiply);
    return { parameters: { ...setting, k: KEPT }, ...rowsRanking(task, rows, setting.seenWeight) };
  },
};

function weightsOf(
  { strengths, items }: TrainingData,
  { lambda, seenWeight }: Setting,
  multiply: MatrixProduct,
): Promise<SparseRows> {
  const gram = tiledMatrix(items.length);
  addGram(gram, engagementWeights(strengths, { seenWeight, userExponent: 0 }));
  return fitItemItem(gram, { lambda, keep: KEPT, added: undefined }, multiply);
}
