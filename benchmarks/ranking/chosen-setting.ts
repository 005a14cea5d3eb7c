import { ndcgAt20, RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import { holdOut } from '@kindred/trainer/evaluation/held-out';
import { someItems } from '@kindred/trainer/evaluation/item-sample';
import { type JudgedUser, judgedUsers } from '@kindred/trainer/evaluation/judged-users';
import type { TrainingData } from '@kindred/trainer/history/training-data';

/** An item of a history with its weight, above 0. */
export type WeighedItem = readonly [item: number, weight: number];

/** A fitted baseline: adds the scores of a history to `into`, zeros of shape `[items]`. */
export type AddScores = (history: readonly WeighedItem[], into: Float32Array) => void;

/** A setting that was fitted. */
interface FittedSetting {
  readonly addScores: AddScores;
  /** Weight of an item that is no positive, in [0, 1]. */
  readonly seenWeight: number;
}

/** A dense fit costs the cube of its items. */
const ITEMS_MAX = 4_000;
const USERS_MAX = 4_000;

/** Scores by the sum of the rows of a history. */
export function rowScores(rows: SparseRows): AddScores {
  return (history, into) => {
    for (const [item, weight] of history) addRow(rows, item, weight, into);
  };
}

/**
 * Chooses a baseline's setting as Kindred's own are chosen: by nDCG@20 on positives that are held out of training, over
 * a hashed part of the items.
 * @returns The best, the first of equals. Cost: a fit of at most about `ITEMS_MAX` items for each.
 */
export async function chosenSetting<Setting>(
  data: TrainingData,
  settings: readonly [Setting, ...Setting[]],
  { seed, fit }: { seed: number; fit: (part: TrainingData, setting: Setting) => Promise<FittedSetting> },
): Promise<Setting> {
  const part = someItems(data, ITEMS_MAX, seed);
  const held = holdOut(part, seed);
  const users = judgedUsers(held, USERS_MAX, seed);
  let best: { readonly setting: Setting; readonly ndcg: number } | undefined;
  for (const setting of settings) {
    const fitted = await fit({ ...part, strengths: held.kept }, setting);
    const ndcg = ndcgOf(fitted, users, part.items.length);
    if (best === undefined || ndcg > best.ndcg) best = { setting, ndcg };
  }
  return best?.setting ?? settings[0];
}

function ndcgOf({ addScores, seenWeight }: FittedSetting, users: readonly JudgedUser[], itemCount: number): number {
  const scores = new Float32Array(itemCount);
  const top = new TopK(RANKED_MAX);
  let sum = 0;
  for (const { history, masked, targets } of users) {
    scores.fill(0);
    const weighed = history.map(({ number, strength }): WeighedItem => [number, strength > 0 ? 1 : seenWeight]);
    addScores(weighed, scores);
    for (let item = 0; item < itemCount; item++) {
      if (scores[item] !== 0 && !masked.has(item)) top.offer(item, scores[item]!);
    }
    sum += ndcgAt20([...top.take()], targets);
  }
  return sum;
}
