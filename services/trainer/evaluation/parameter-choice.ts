import { ndcgAt20, RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import { type FitParameters, fitCollaborative } from '../item-item/collaborative-fit.ts';
import { type DenseItems, denseItems } from '../item-item/prepared-catalog.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { holdOut } from './held-out.ts';
import { someItems } from './item-sample.ts';
import { type JudgedUser, judgedUsers } from './judged-users.ts';

/** Parameters that were chosen for a catalog, with all that were tried. */
export interface Choice {
  readonly parameters: FitParameters;
  /** `seenWeight` of `ItemModel`. */
  readonly seenWeight: number;
  /** In the order of trial. */
  readonly tried: readonly Trial[];
}

export interface Trial {
  readonly parameters: FitParameters;
  readonly seenWeight: number;
  /** nDCG@20 on held-out positives, over the items of the part. */
  readonly ndcg: number;
}

/** Items of the part: a fit costs the cube of its items, and a part's best parameters were the whole's wherever both were measured. */
export const CHOICE_ITEMS_MAX = 4_000;
const USERS_MAX = 8_000;
const SEED = 20_240_607;
const LAMBDAS = [15, 30, 60, 120, 240, 480, 960, 1_920] as const;
const START: FitParameters = { lambda: 120, contentWeight: 20, seenWeight: 0.8, userExponent: 0.2, spectralWeight: 0 };
const CONTENT_WEIGHTS = [0, 10, 20, 40, 80] as const;
const USER_EXPONENTS = [0, 0.1, 0.2, 0.3, 0.4] as const;
const SPECTRAL_WEIGHTS = [0, 0.25, 0.5, 1] as const;
const SEEN_WEIGHTS = [0, 0.2, 0.5, 0.8] as const;
const HISTORY_SEEN_WEIGHT = 0.5;
const HISTORY_SEEN_WEIGHTS = [0, 0.2, 0.35, 0.5, 0.8] as const;

/**
 * Chooses how to fit a catalog, one parameter after another, by nDCG@20 on held-out positives over a part of its items.
 * Each list is climbed from where it stands until it falls.
 * @param items  All that a dense fit takes; prepared again where the part is smaller.
 * @param onTrial  Called after each trial.
 * Cost: some 15 fits of `CHOICE_ITEMS_MAX` items.
 */
export async function chooseParameters(
  items: DenseItems,
  multiply: MatrixProduct,
  onTrial: (trial: Trial) => void,
): Promise<Choice> {
  const part = someItems(items.data, CHOICE_ITEMS_MAX, SEED);
  const search = new ParameterSearch(part === items.data ? items : await denseItems(part, multiply), multiply, onTrial);
  const { hasSeen, hasContent } = search;
  let best = await search.trial(
    {
      ...START,
      ...(!hasContent && { contentWeight: 0 }),
      ...(!hasSeen && { seenWeight: 0 }),
    },
    hasSeen ? HISTORY_SEEN_WEIGHT : 0,
  );
  best = await search.climb(best, LAMBDAS, (lambda) => ({ lambda }));
  if (hasContent) best = await search.climb(best, CONTENT_WEIGHTS, (contentWeight) => ({ contentWeight }));
  best = await search.climb(best, USER_EXPONENTS, (userExponent) => ({ userExponent }));
  best = await search.climb(best, SPECTRAL_WEIGHTS, (spectralWeight) => ({ spectralWeight }));
  if (hasSeen) best = await search.climb(best, SEEN_WEIGHTS, (seenWeight) => ({ seenWeight }));
  for (const seenWeight of hasSeen ? HISTORY_SEEN_WEIGHTS : []) {
    const other = await search.trial(best.parameters, seenWeight, best.rows);
    if (other.ndcg > best.ndcg) best = other;
  }
  return { parameters: best.parameters, seenWeight: best.seenWeight, tried: search.tried };
}

interface Fitted extends Trial {
  readonly rows: SparseRows;
}

/** Trials on one part of a catalog, held out once. */
class ParameterSearch {
  /** True if users saw items that they did not like. */
  readonly hasSeen: boolean;
  readonly hasContent: boolean;
  readonly tried: Trial[] = [];
  readonly #items: DenseItems;
  readonly #kept: SparseRows;
  readonly #users: readonly JudgedUser[];
  readonly #multiply: MatrixProduct;
  readonly #onTrial: (trial: Trial) => void;

  constructor(items: DenseItems, multiply: MatrixProduct, onTrial: (trial: Trial) => void) {
    const held = holdOut(items.data, SEED);
    this.#items = items;
    this.#kept = held.kept;
    this.#users = judgedUsers(held, USERS_MAX, SEED);
    this.#multiply = multiply;
    this.#onTrial = onTrial;
    this.hasSeen = held.kept.values.includes(0);
    this.hasContent = items.kernel !== undefined;
  }

  /** Fits and judges. @param rows  What `parameters` fitted before. */
  async trial(parameters: FitParameters, seenWeight: number, rows?: SparseRows): Promise<Fitted> {
    const { data, kernel } = this.#items;
    const itemCount = data.items.length;
    const task = { strengths: this.#kept, itemCount, kernel, parameters };
    const fitted = rows ?? (await fitCollaborative(task, this.#multiply));
    const done = { parameters, seenWeight, ndcg: ndcgOf(fitted, seenWeight, this.#users, itemCount) };
    this.tried.push(done);
    this.#onTrial(done);
    return { ...done, rows: fitted };
  }

  /** Follows a list from its value in `from`, upwards or else downwards, until nDCG falls. @returns The best. */
  async climb(
    from: Fitted,
    list: readonly number[],
    change: (value: number) => Partial<FitParameters>,
  ): Promise<Fitted> {
    const isAt = (value: number): boolean =>
      Object.entries(change(value)).every(([name, wanted]) => Reflect.get(from.parameters, name) === wanted);
    const place = list.findIndex(isAt);
    let best = from;
    for (const direction of [1, -1]) {
      for (let next = place + direction; next >= 0 && next < list.length; next += direction) {
        const other = await this.trial({ ...from.parameters, ...change(list[next]!) }, from.seenWeight);
        if (other.ndcg <= best.ndcg) break;
        best = other;
      }
      if (best !== from) break;
    }
    return best;
  }
}

/** Mean nDCG@20 of the users' targets; 0 without users. */
function ndcgOf(rows: SparseRows, seenWeight: number, users: readonly JudgedUser[], itemCount: number): number {
  const scores = new Float32Array(itemCount);
  const top = new TopK(RANKED_MAX);
  let sum = 0;
  for (const { history, targets } of users) {
    scores.fill(0);
    for (const { number, strength } of history) addRow(rows, number, strength > 0 ? strength : seenWeight, scores);
    for (const { number } of history) scores[number] = Number.NEGATIVE_INFINITY;
    for (let item = 0; item < itemCount; item++) if (scores[item] !== 0) top.offer(item, scores[item]!);
    sum += ndcgAt20([...top.take()], targets);
  }
  return users.length === 0 ? 0 : sum / users.length;
}
