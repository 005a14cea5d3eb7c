import type { ItemModel } from '@kindred/shared/model/item-model';
import type { Ranker } from '@kindred/shared/model/ranker';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { hideItems, holdOut } from '../evaluation/held-out.ts';
import { type Choice, chooseParameters, type Trial } from '../evaluation/parameter-choice.ts';
import type { TrainingData } from '../history/training-data.ts';
import { contentModelOf } from '../item-item/content-model.ts';
import { fitModel } from '../item-item/fit-model.ts';
import { DENSE_ITEMS_MAX, prepareCatalog } from '../item-item/prepared-catalog.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import type { Judged } from '../ranker/ranker-form.ts';
import { trainRanker } from '../ranker/train-ranker.ts';

/** Result of a training. */
export interface Trained {
  readonly model: ItemModel;
  /** `undefined` where the history is too thin, or where the weights order no better than fusion. */
  readonly ranker: Ranker | undefined;
  /** `undefined` where the history is too thin to judge any order. */
  readonly judged: Judged | undefined;
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
  const choice = await chooseParameters(catalog.head, multiply, (trial) => say(trialLine(trial)));
  const content = await contentModelOf(catalog, multiply);
  const { parameters, counting } = choice;
  const fit = (strengths: SparseRows, ages: Float64Array | undefined, name: string): Promise<ItemModel> =>
    fitModel({ catalog, content, strengths, ages, parameters, counting }, multiply, (done) =>
      say(`${name}: ${Math.round(100 * done)} %`),
    );
  const whole = holdOut(data, SEED);
  // Without content nothing is known of a new item.
  const held = content === undefined ? whole : hideItems(whole, SEED, hiddenShare(data));
  const { kept, keptInteractionTimes } = held;
  const { ranker, judged } =
    trainRanker(await fit(kept, keptInteractionTimes?.ages, 'fitting what the ranker learns from'), held, data) ?? {};
  if (judged !== undefined) say(judgedLine(judged));
  const ages = keptInteractionTimes && data.interactionTimes?.ages;
  const model = await fit(data.strengths, ages, 'fitting all');
  const isBetter = judged !== undefined && judged.ranker > judged.fusion;
  return { model, ranker: isBetter ? ranker : undefined, judged, choice };
}

function trialLine({ parameters, counting, ndcg, gain, gainError, users, isTaken }: Trial): string {
  const values = {
    ...parameters,
    historySeenWeight: counting.seenWeight,
    historyHalfLifeDays: counting.historyHalfLifeDays,
  };
  const tried = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  const signed = `${gain < 0 ? '' : '+'}${gain.toFixed(4)} ± ${gainError.toFixed(4)}`;
  return `tried ${tried.join(', ')}: nDCG@20 ${ndcg.toFixed(4)}, ${signed} on ${users} users${isTaken ? ', taken' : ''}`;
}

function judgedLine({ form, users, ranker, fusion, bySource }: Judged): string {
  const figures = Object.entries({ ranker, fusion, ...Object.fromEntries(bySource) }).map(
    ([name, ndcg]) => `${name} ${ndcg.toFixed(4)}`,
  );
  const winner = ranker > fusion ? `ranking by ${form}` : 'fusion';
  return `${winner} serves, the best on ${users} users by nDCG@20: ${figures.join(', ')}`;
}

function hiddenShare({ items, strengths }: TrainingData): number {
  const unmetShare = 1 - new Set(strengths.columns).size / Math.max(1, items.length);
  return Math.min(HIDDEN_SHARE.max, Math.max(HIDDEN_SHARE.min, unmetShare));
}
