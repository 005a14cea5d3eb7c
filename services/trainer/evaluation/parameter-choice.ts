import { type HistoryCounting, historyDecay } from '@kindred/shared/model/item-model';
import { ndcgAt20, RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import { type FitParameters, fitCollaborative } from '../item-item/collaborative-fit.ts';
import { type DenseItems, denseItems } from '../item-item/prepared-catalog.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { holdOut } from './held-out.ts';
import { someItems } from './item-sample.ts';
import { type JudgedUser, judgedUsers } from './judged-users.ts';
import { differenceOf, meanOf } from './paired-difference.ts';

/** Parameters that were chosen for a catalog, with all that were tried. */
export interface Choice {
  readonly parameters: FitParameters;
  readonly counting: HistoryCounting;
  /** In the order of trial. */
  readonly tried: readonly Trial[];
}

export interface Trial {
  readonly parameters: FitParameters;
  readonly counting: HistoryCounting;
  /** Mean nDCG@20 on held-out positives, over the items of the part. */
  readonly ndcg: number;
  /** Gain over the best trial before, and its standard error, by user; 0 for the first. */
  readonly gain: number;
  readonly gainError: number;
  /** Users judged. */
  readonly users: number;
  /** True if it took the place of the best. */
  readonly isTaken: boolean;
}

/** Items of the part: a fit costs the cube of its items, and a part's best parameters were the whole's wherever both were measured. */
export const CHOICE_ITEMS_MAX = 4_000;
const USERS_MAX = 8_000;
const SEED = 20_240_607;
const LAMBDAS = [15, 30, 60, 120, 240, 480, 960, 1_920] as const;
const START: FitParameters = {
  lambda: 120,
  contentWeight: 20,
  seenWeight: 0.8,
  userExponent: 0.2,
  halfLifeDays: Number.POSITIVE_INFINITY,
  dropout: 0,
  spectralWeight: 0,
};
const CONTENT_WEIGHTS = [0, 10, 20, 40, 80] as const;
const USER_EXPONENTS = [0, 0.1, 0.2, 0.3, 0.4] as const;
const DROPOUTS = [0, 0.1, 0.2, 0.33, 0.5] as const;
const SPECTRAL_WEIGHTS = [0, 0.25, 0.5, 1] as const;
const SEEN_WEIGHTS = [0, 0.2, 0.5, 0.8] as const;
const HISTORY_SEEN_WEIGHT = 0.5;
const HISTORY_SEEN_WEIGHTS = [0, 0.2, 0.35, 0.5, 0.8] as const;
/** Of a history, and of what is fitted: tastes of users and of all drift at their own pace. */
const HALF_LIVES_DAYS = [Number.POSITIVE_INFINITY, 240, 120, 60, 30, 15, 7, 3] as const;

/**
 * Chooses how to fit a catalog, one parameter after another, by nDCG@20 on held-out positives over a part of its items.
 * Each list is climbed from where it stands until a step gains less than its standard error: what is not told apart from
 * chance stays as it was.
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
  const { hasSeen, hasContent, hasOrder } = search;
  await search.start(
    { ...START, ...(!hasContent && { contentWeight: 0 }), ...(!hasSeen && { seenWeight: 0 }) },
    { seenWeight: hasSeen ? HISTORY_SEEN_WEIGHT : 0, historyHalfLifeDays: Number.POSITIVE_INFINITY },
  );
  if (hasOrder) await search.climbCounting('historyHalfLifeDays', HALF_LIVES_DAYS);
  await search.climb('lambda', LAMBDAS);
  if (hasContent) await search.climb('contentWeight', CONTENT_WEIGHTS);
  await search.climb('userExponent', USER_EXPONENTS);
  if (search.hasTrends) await search.climb('halfLifeDays', HALF_LIVES_DAYS);
  await search.climb('dropout', DROPOUTS);
  await search.climb('spectralWeight', SPECTRAL_WEIGHTS);
  if (hasSeen) {
    await search.climb('seenWeight', SEEN_WEIGHTS);
    await search.climbCounting('seenWeight', HISTORY_SEEN_WEIGHTS);
  }
  if (hasOrder) await search.climbCounting('historyHalfLifeDays', HALF_LIVES_DAYS);
  const { parameters, counting } = search.best;
  return { parameters, counting, tried: search.tried };
}

interface Fitted extends Trial {
  readonly rows: SparseRows;
  /** nDCG@20 of each user. */
  readonly ofUsers: Float64Array;
}

/** Trials on one part of a catalog, held out once. */
class ParameterSearch {
  /** True if users saw items that they did not like. */
  readonly hasSeen: boolean;
  readonly hasContent: boolean;
  /** True if times tell the order of a user's history, and what all users did before and after one moment. */
  readonly hasOrder: boolean;
  readonly hasTrends: boolean;
  readonly tried: Trial[] = [];
  readonly #items: DenseItems;
  readonly #kept: SparseRows;
  readonly #ages: Float64Array | undefined;
  readonly #users: readonly JudgedUser[];
  readonly #multiply: MatrixProduct;
  readonly #onTrial: (trial: Trial) => void;
  #best: Fitted | undefined;

  constructor(items: DenseItems, multiply: MatrixProduct, onTrial: (trial: Trial) => void) {
    const held = holdOut(items.data, SEED);
    this.#items = items;
    this.#kept = held.kept;
    this.#users = judgedUsers(held, USERS_MAX, SEED);
    this.#multiply = multiply;
    this.#onTrial = onTrial;
    this.hasSeen = held.kept.values.includes(0);
    this.hasContent = items.kernel !== undefined;
    this.hasOrder = held.keptInteractionTimes !== undefined;
    this.hasTrends = held.isCut;
    this.#ages = held.isCut ? held.keptInteractionTimes?.ages : undefined;
  }

  /** The best trial so far. @throws before `start`. */
  get best(): Fitted {
    if (this.#best === undefined) throw new Error('nothing was tried');
    return this.#best;
  }

  async start(parameters: FitParameters, counting: HistoryCounting): Promise<void> {
    await this.#try(parameters, counting);
  }

  /** Follows a list of values of one parameter from where it stands, upwards or else downwards, while a step is told apart from chance. */
  async climb(name: keyof FitParameters, list: readonly number[]): Promise<void> {
    const { parameters, counting } = this.best;
    await follow(list, parameters[name], (value) => this.#try({ ...parameters, [name]: value }, counting));
  }

  /** As `climb`, for a parameter that needs no fit. */
  async climbCounting(name: keyof HistoryCounting, list: readonly number[]): Promise<void> {
    const { parameters, counting, rows } = this.best;
    await follow(list, counting[name], (value) => this.#try(parameters, { ...counting, [name]: value }, rows));
  }

  /** Fits and judges. @param rows  Result of a fit by `parameters`. @returns True if it takes the place of the best. */
  async #try(parameters: FitParameters, counting: HistoryCounting, rows?: SparseRows): Promise<boolean> {
    const { data, kernel } = this.#items;
    const itemCount = data.items.length;
    const task = { strengths: this.#kept, ages: this.#ages, itemCount, kernel, parameters };
    const fitted = rows ?? (await fitCollaborative(task, this.#multiply));
    const ofUsers = ndcgOfUsers(fitted, counting, this.#users, itemCount);
    const { mean: gain, error: gainError } = differenceOf(ofUsers, this.#best?.ofUsers ?? ofUsers);
    const isTaken = this.#best === undefined || gain > gainError;
    const ndcg = meanOf(ofUsers);
    const trial = { parameters, counting, ndcg, gain, gainError, users: ofUsers.length, isTaken };
    this.tried.push(trial);
    this.#onTrial(trial);
    if (isTaken) this.#best = { ...trial, rows: fitted, ofUsers };
    return isTaken;
  }
}

async function follow(
  list: readonly number[],
  from: number,
  isBetter: (value: number) => Promise<boolean>,
): Promise<void> {
  const place = list.indexOf(from);
  for (const direction of [1, -1]) {
    let hasMoved = false;
    for (let next = place + direction; next >= 0 && next < list.length; next += direction) {
      if (!(await isBetter(list[next]!))) break;
      hasMoved = true;
    }
    if (hasMoved) return;
  }
}

/** nDCG@20 of each user's targets. */
function ndcgOfUsers(
  rows: SparseRows,
  { seenWeight, historyHalfLifeDays }: HistoryCounting,
  users: readonly JudgedUser[],
  itemCount: number,
): Float64Array {
  const scores = new Float32Array(itemCount);
  const top = new TopK(RANKED_MAX);
  return Float64Array.from(users, ({ history, targets }) => {
    scores.fill(0);
    for (const { number, strength, daysBefore } of history) {
      const share = historyDecay(daysBefore, historyHalfLifeDays);
      addRow(rows, number, share * (strength > 0 ? strength : seenWeight), scores);
    }
    for (const { number } of history) scores[number] = Number.NEGATIVE_INFINITY;
    for (let item = 0; item < itemCount; item++) if (scores[item] !== 0) top.offer(item, scores[item]!);
    return ndcgAt20([...top.take()], targets);
  });
}
