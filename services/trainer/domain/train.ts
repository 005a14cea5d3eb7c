import type { ItemModel } from '@kindred/shared/model/item-model';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { hideItems, holdOut } from '../evaluation/held-out.ts';
import { type Choice, chooseParameters } from '../evaluation/parameter-choice.ts';
import { mostLiked, pickColumns, pickItems, spreadRows } from '../history/item-subset.ts';
import type { TrainingData } from '../history/training-data.ts';
import { type ContentModel, contentModelOf } from '../item-item/content-model.ts';
import { DENSE_ITEMS_MAX, type FitParameters, fitCollaborative } from '../item-item/fit-model.ts';
import { imputationOf } from '../item-item/imputed-scores.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { type TrainedRanker, trainRanker } from '../ranker/train-ranker.ts';

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
 * @param say  Told what happens, in a few words.
 * @param headMax  How many items a dense fit takes at most. With more, the most liked are fitted; the others are known by
 * co-engagement and by those of the fitted that they are like in content.
 * Cost: two fits of all items, at most `headMax`, and some twenty of at most 4,000.
 */
export async function train(
  data: TrainingData,
  multiply: MatrixProduct,
  say: (line: string) => void,
  headMax = DENSE_ITEMS_MAX,
): Promise<Trained> {
  const itemCount = data.items.length;
  const head = mostLiked(data, headMax);
  const choice = await chooseParameters(
    head.length === itemCount ? data : pickItems(data, head),
    multiply,
    ({ parameters, seenWeight, ndcg }) =>
      say(`tried ${JSON.stringify({ ...parameters, historySeenWeight: seenWeight })}: nDCG@20 ${ndcg.toFixed(4)}`),
  );
  const content = await contentModelOf(data, head, multiply);
  const fit = async (strengths: SparseRows, what: string): Promise<ItemModel> =>
    fitModel({ strengths, itemCount, head, content, choice }, multiply, (done) =>
      say(`${what}: ${Math.round(100 * done)} %`),
    );
  const hiddenShare = Math.min(HIDDEN_SHARE.max, Math.max(HIDDEN_SHARE.min, unmetShare(data)));
  const whole = holdOut(data, SEED);
  // Without content nothing is known of a new item.
  const held = content === undefined ? whole : hideItems(whole, SEED, hiddenShare);
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
    readonly head: readonly number[];
    readonly content: ContentModel | undefined;
    readonly choice: { readonly parameters: FitParameters; readonly seenWeight: number };
  },
  multiply: MatrixProduct,
  onStep: (done: number) => void,
): Promise<ItemModel> {
  const { strengths, itemCount, head, content, choice } = task;
  const isWhole = head.length === itemCount;
  const { parameters } = choice;
  const ofHead = isWhole ? strengths : pickColumns(strengths, head, itemCount).rows;
  const kernel = content?.kernel;
  const fitted = await fitCollaborative(
    { strengths: ofHead, itemCount: head.length, kernel, parameters },
    multiply,
    onStep,
  );
  const collaborative = isWhole ? fitted : spreadRows(fitted, head, itemCount);
  const isOfHead = new Uint8Array(itemCount);
  for (const item of head) isOfHead[item] = 1;
  const positives = new Int32Array(itemCount);
  const seen = new Int32Array(itemCount);
  for (const [i, item] of strengths.columns.entries()) {
    seen[item]!++;
    if (strengths.values[i]! > 0) positives[item]!++;
  }
  const { rows: imputed, ...counts } = imputationOf(content?.likenessOf, {
    ...{ positives, seen },
    isFitted: (item) => isWhole || isOfHead[item] === 1,
  });
  const rows = content?.rows ?? new SparseRowsBuilder(itemCount).done();
  return { collaborative, content: rows, imputed, ...counts, seenWeight: choice.seenWeight };
}
