import type { ItemModel } from '@kindred/shared/model/item-model';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { hideItems, holdOut } from '../evaluation/held-out.ts';
import { type Choice, chooseParameters } from '../evaluation/parameter-choice.ts';
import type { TrainingData } from '../history/training-data.ts';
import { contentModelOf } from '../item-item/content-model.ts';
import { fitModel } from '../item-item/fit-model.ts';
import { DENSE_ITEMS_MAX, prepareCatalog } from '../item-item/prepared-catalog.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { type TrainedRanker, trainRanker } from '../ranker/train-ranker.ts';

/** Result of a training. */
export interface Trained {
  readonly model: ItemModel;
  /** `undefined` where the history is too thin, or where the weights order no better than fusion. */
  readonly ranker: TrainedRanker | undefined;
  readonly choice: Choice;
}

const SEED = 4_711;
/** Share of items hidden while the ranker learns, so that it meets new ones: the share that is new, within bounds. */
const HIDDEN_SHARE = { min: 0.05, max: 0.2 } as const;

/**
 * Trains a catalog's model and ranker. Everything is chosen by what is held out of the history itself; the same data
 * give the same result.
 * @param say  Called with each step, in a few words.
 * @param headMax  Items that a dense fit takes, at most. With more, the most liked are fitted; the others are known by
 * co-engagement and by the fitted items that they are like in content.
 * Cost: three dense fits of all items, at most `headMax`, and some twenty of at most 4,000; O(items²) past `headMax`.
 */
export async function train(
  data: TrainingData,
  multiply: MatrixProduct,
  say: (line: string) => void,
  headMax = DENSE_ITEMS_MAX,
): Promise<Trained> {
  const catalog = await prepareCatalog(data, headMax, multiply);
  const choice = await chooseParameters(catalog.head, multiply, ({ parameters, seenWeight, ndcg }) =>
    say(`tried ${JSON.stringify({ ...parameters, historySeenWeight: seenWeight })}: nDCG@20 ${ndcg.toFixed(4)}`),
  );
  const content = await contentModelOf(catalog, multiply);
  const { parameters, seenWeight } = choice;
  const fit = (strengths: SparseRows, name: string): Promise<ItemModel> =>
    fitModel({ catalog, content, strengths, parameters, seenWeight }, multiply, (done) =>
      say(`${name}: ${Math.round(100 * done)} %`),
    );
  const whole = holdOut(data, SEED);
  // Without content nothing is known of a new item.
  const held = content === undefined ? whole : hideItems(whole, SEED, hiddenShare(data));
  const ranker = trainRanker(await fit(held.kept, 'fitting what the ranker learns from'), held);
  const isBetter = ranker !== undefined && ranker.judged.ranker > ranker.judged.fusion;
  return { model: await fit(data.strengths, 'fitting all'), ranker: isBetter ? ranker : undefined, choice };
}

function hiddenShare({ items, strengths }: TrainingData): number {
  const unmetShare = 1 - new Set(strengths.columns).size / Math.max(1, items.length);
  return Math.min(HIDDEN_SHARE.max, Math.max(HIDDEN_SHARE.min, unmetShare));
}
