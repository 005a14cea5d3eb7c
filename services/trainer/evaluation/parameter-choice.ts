import { ndcgAt20, RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import { someItems } from '../history/item-subset.ts';
import type { TrainingData } from '../history/training-data.ts';
import { type FitParameters, fitCollaborative, kernelOf } from '../item-item/fit-model.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { holdOut } from './held-out.ts';
import { type JudgedUser, judgedUsers } from './judged-users.ts';

/** What was chosen, with what it reached. */
export interface Choice {
  readonly parameters: FitParameters;
  /** As `ItemModel` has it. */
  readonly seenWeight: number;
  readonly tried: readonly Trial[];
}

interface Trial {
  readonly parameters: FitParameters;
  readonly seenWeight: number;
  /** nDCG@20 on what was held out, over the items that were looked at. */
  readonly ndcg: number;
}

/** A fit costs the cube of its items; the best parameters of a part are those of the whole, as far as was measured. */
export const ITEMS_MAX = 4_000;
const USERS_MAX = 8_000;
const SEED = 20_240_607;
const LAMBDAS = [15, 30, 60, 120, 240, 480, 960, 1_920] as const;
const START: FitParameters = { lambda: 120, contentWeight: 20, seenWeight: 0.8, userExponent: 0.2, spectralWeight: 0 };
const CONTENT_WEIGHTS = [0, 10, 20, 40, 80] as const;
const USER_EXPONENTS = [0, 0.1, 0.2, 0.3, 0.4] as const;
const SPECTRAL_WEIGHTS = [0, 0.25, 0.5, 1] as const;
const SEEN_WEIGHTS = [0, 0.2, 0.5, 0.8] as const;
const HISTORY_SEEN_WEIGHTS = [0, 0.2, 0.35, 0.5, 0.8] as const;

/**
 * Chooses how to fit a catalog, one parameter after another, by nDCG@20 on held-out positives over a part of its items.
 * Each list is climbed from where it stands until it falls. Cost: some 15 fits of `ITEMS_MAX` items.
 */
export async function chooseParameters(
  data: TrainingData,
  multiply: MatrixProduct,
  onTrial: (trial: Trial) => void,
): Promise<Choice> {
  const part = someItems(data, ITEMS_MAX, SEED);
  const held = holdOut(part, SEED);
  const { kept } = held;
  const users = judgedUsers(held, USERS_MAX, SEED);
  const hasSeen = kept.values.includes(0);
  const kernel = await kernelOf(part, multiply);
  const itemCount = part.items.length;
  const tried: Trial[] = [];
  const trial = async (parameters: FitParameters, seenWeight: number, rows?: SparseRows): Promise<Fitted> => {
    const fitted = rows ?? (await fitCollaborative({ strengths: kept, itemCount, kernel, parameters }, multiply));
    const done = { parameters, seenWeight, ndcg: ndcgOf(fitted, seenWeight, users, itemCount) };
    tried.push(done);
    onTrial(done);
    return { ...done, rows: fitted };
  };

  const seenWeight = hasSeen ? 0.5 : 0;
  const start = {
    ...START,
    ...(kernel === undefined && { contentWeight: 0 }),
    ...(!hasSeen && { seenWeight: 0 }),
  };
  let best = await trial(start, seenWeight);
  const climb = async (list: readonly number[], change: (value: number) => Partial<FitParameters>): Promise<void> => {
    best = await climbed(list, best, change, (parameters) => trial(parameters, seenWeight));
  };
  await climb(LAMBDAS, (lambda) => ({ lambda }));
  if (kernel !== undefined) await climb(CONTENT_WEIGHTS, (contentWeight) => ({ contentWeight }));
  await climb(USER_EXPONENTS, (userExponent) => ({ userExponent }));
  await climb(SPECTRAL_WEIGHTS, (spectralWeight) => ({ spectralWeight }));
  if (hasSeen) await climb(SEEN_WEIGHTS, (weight) => ({ seenWeight: weight }));
  for (const weight of hasSeen ? HISTORY_SEEN_WEIGHTS : []) {
    const other = await trial(best.parameters, weight, best.rows);
    if (other.ndcg > best.ndcg) best = other;
  }
  return { parameters: best.parameters, seenWeight: best.seenWeight, tried };
}

interface Fitted extends Trial {
  readonly rows: SparseRows;
}

/** Follows a list from the value at hand, upwards and else downwards, for as long as it gets better. */
async function climbed(
  list: readonly number[],
  from: Fitted,
  change: (value: number) => Partial<FitParameters>,
  trial: (parameters: FitParameters) => Promise<Fitted>,
): Promise<Fitted> {
  const isAt = (value: number): boolean =>
    Object.entries(change(value)).every(([name, wanted]) => Reflect.get(from.parameters, name) === wanted);
  const place = list.findIndex(isAt);
  let best = from;
  for (const direction of [1, -1]) {
    for (let next = place + direction; next >= 0 && next < list.length; next += direction) {
      const other = await trial({ ...from.parameters, ...change(list[next]!) });
      if (other.ndcg <= best.ndcg) break;
      best = other;
    }
    if (best !== from) break;
  }
  return best;
}

function ndcgOf(rows: SparseRows, seenWeight: number, users: readonly JudgedUser[], itemCount: number): number {
  const scores = new Float32Array(itemCount);
  const top = new TopK(RANKED_MAX);
  let sum = 0;
  for (const { history, liked } of users) {
    scores.fill(0);
    for (const { number, strength } of history) addRow(rows, number, strength > 0 ? strength : seenWeight, scores);
    for (const { number } of history) scores[number] = Number.NEGATIVE_INFINITY;
    for (let item = 0; item < itemCount; item++) if (scores[item] !== 0) top.offer(item, scores[item]!);
    sum += ndcgAt20([...top.take()], liked);
  }
  return users.length === 0 ? 0 : sum / users.length;
}
