import type { ItemModel } from '@kindred/shared/model/item-model';
import type { SparseRows } from '@kindred/shared/model/sparse-rows';
import { borrowing } from './borrowed-scores.ts';
import { type Choice, chooseParameters } from './choose-parameters.ts';
import { contentRowsOf, type FitParameters, fitCollaborative, kernelOf } from './fit-model.ts';
import { hideItems, holdOut } from './held-out.ts';
import type { MatrixProduct } from './matrix-product.ts';
import type { TiledMatrix } from './tiled-matrix.ts';
import { type TrainedRanker, trainRanker } from './train-ranker.ts';
import type { TrainingData } from './training-data.ts';

/** What a training made. */
export interface Trained {
  readonly model: ItemModel;
  /** `undefined` where the history is too thin, or where the weights order no better than fusion. */
  readonly ranker: TrainedRanker | undefined;
  readonly choice: Choice;
}

const SEED = 4_711;
/** Items whose events are hidden while the ranker learns, so that it meets new ones: as many as are new, within bounds. */
const HIDDEN_SHARE = { min: 0.05, max: 0.2 } as const;

/**
 * Trains a catalog's model and ranker. Everything is chosen by what is held out of the history itself; the same data
 * give the same result.
 * @param say  Told what happens, in a few words. Cost: two fits of all items, and some twenty of at most 4,000.
 */
export async function train(
  data: TrainingData,
  multiply: MatrixProduct,
  say: (line: string) => void,
): Promise<Trained> {
  const itemCount = data.items.length;
  const choice = await chooseParameters(data, multiply, ({ parameters, seenWeight, ndcg }) =>
    say(`tried ${JSON.stringify({ ...parameters, historySeenWeight: seenWeight })}: nDCG@20 ${ndcg.toFixed(4)}`),
  );
  const kernel = await kernelOf(data, multiply);
  const content = await contentRowsOf(kernel, itemCount, multiply);
  const fit = async (strengths: SparseRows, what: string): Promise<ItemModel> =>
    fitModel({ strengths, itemCount, kernel, content, choice }, multiply, (done) =>
      say(`${what}: ${Math.round(100 * done)} %`),
    );
  const hiddenShare = Math.min(HIDDEN_SHARE.max, Math.max(HIDDEN_SHARE.min, unmetShare(data)));
  const whole = holdOut(data, SEED);
  // Without content nothing is known of a new item.
  const held = kernel === undefined ? whole : hideItems(whole, itemCount, SEED, hiddenShare);
  const ranker = trainRanker(await fit(held.kept, 'fitting what the ranker learns from'), held, itemCount);
  const isBetter = ranker !== undefined && ranker.judged.ranker > ranker.judged.fusion;
  return { model: await fit(data.strengths, 'fitting all'), ranker: isBetter ? ranker : undefined, choice };
}

/** The share of items that nobody has any event on. */
function unmetShare({ items, strengths }: TrainingData): number {
  return 1 - new Set(strengths.columns).size / Math.max(1, items.length);
}

async function fitModel(
  task: {
    readonly strengths: SparseRows;
    readonly itemCount: number;
    readonly kernel: TiledMatrix | undefined;
    readonly content: SparseRows;
    readonly choice: { readonly parameters: FitParameters; readonly seenWeight: number };
  },
  multiply: MatrixProduct,
  onStep: (done: number) => void,
): Promise<ItemModel> {
  const { strengths, itemCount, kernel, content, choice } = task;
  const collaborative = await fitCollaborative(
    { strengths, itemCount, kernel, parameters: choice.parameters },
    multiply,
    onStep,
  );
  const positives = new Int32Array(itemCount);
  const seen = new Int32Array(itemCount);
  for (const [i, item] of strengths.columns.entries()) {
    seen[item]!++;
    if (strengths.values[i]! > 0) positives[item]!++;
  }
  const { rows: borrowed, ...counts } = borrowing(kernel, positives, seen);
  return { collaborative, content, borrowed, ...counts, seenWeight: choice.seenWeight };
}
