import { DAY_MS, decayed, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import type { ItemModel } from '@kindred/shared/model/item-model';
import type { Ranker } from '@kindred/shared/model/ranker';
import {
  CURVES,
  FEATURES,
  IMPUTED_SHARE,
  KNOTS,
  NON_PERSONALIZED_MAX,
  TERM_COUNT,
  writeFeatures,
} from '@kindred/shared/model/ranking-features';
import { ndcgAt20 } from '@kindred/shared/model/ranking-metrics';
import { coEngagementRows } from '@kindred/shared/model/rp3beta';
import { TopK } from '@kindred/shared/numeric/top-k';
import { type HeldOut, hashOf } from '../evaluation/held-out.ts';
import { type JudgedUser, judgedUsers } from '../evaluation/judged-users.ts';
import { CO_ENGAGEMENT_KEPT } from '../item-item/fit-model.ts';
import { createScorer, quantile, SCALE_STRIDE, type Terms } from './candidate-scorer.ts';
import { coldStartBoost } from './cold-start-boost.ts';
import { fitListwise, type Lists, scoresOf } from './listnet.ts';

/** A ranker with how good it is. */
export interface TrainedRanker extends Ranker {
  /** nDCG@20 on users that the weights did not see, of each way to order the same candidates. */
  readonly judged: { readonly ranker: number; readonly collaborative: number; readonly fusion: number };
}

const USERS_MAX = 16_000;
/** With fewer users than this weights would follow chance. */
const USERS_MIN = 200;
/** Where curves knot: at these shares of the candidates. Most of those who are liked stand above the last. */
const KNOT_QUANTILES = [0.5, 0.8, 0.95];
/** Which features get weights: one, the plain ones, or all. The best on held-out users is taken: thin data tell no more. */
const FORMS = [
  FEATURES.map(({ name }) => name === CURVES[0]!.name),
  FEATURES.map(({ isFine }) => !isFine),
  FEATURES.map(() => true),
];
const SEED = 77;

/**
 * Fits the ranker's weights on what was held out from the model's training.
 * @param model  Fitted on `kept` alone.
 * @returns `undefined` where there are too few users to learn from.
 */
export function trainRanker(model: ItemModel, held: HeldOut, itemCount: number): TrainedRanker | undefined {
  const users = judgedUsers(held, USERS_MAX, SEED);
  if (users.length < USERS_MIN) return undefined;
  const coEngagement = coEngagementRows(held.kept, itemCount, CO_ENGAGEMENT_KEPT);
  const late = {
    trending: ofLate(held, itemCount, HALF_LIFE_DAYS.short),
    popular: ofLate(held, itemCount, HALF_LIFE_DAYS.long),
  };
  const scorer = createScorer(model, coEngagement, { isMet: held.isMet, hidden: held.hidden, ...late });
  const candidates = users.map((user) => scorer.candidates(user));
  const scales = { floors: scorer.floors(users, candidates), meanShare: meanShareOf(model) };
  const terms = scorer.terms(users, candidates, scales);
  const knots = knotsOf(terms);
  const lists: Lists = {
    ...{ starts: terms.starts, labels: terms.labels, featureCount: FEATURES.length },
    write: (user, candidate, into, offset) =>
      writeFeatures(terms.values, candidate * TERM_COUNT, users[user]!.likedCount, knots, into, offset),
  };

  const ndcgOf = (u: number, scores: ArrayLike<number>): number => {
    const { known, liked } = users[u]!;
    const unmet = ordered(candidates[u]!.items, scores).filter((item) => !known.has(item));
    return ndcgAt20(unmet, liked);
  };
  const all = [...users.keys()];
  const mean = (ofUser: (u: number) => number): number => all.reduce((sum, u) => sum + ofUser(u), 0) / all.length;
  const forms = FORMS.map((isFree) => {
    const scores = halfwise(users, lists, isFree);
    return { isFree, ndcg: mean((u) => ndcgOf(u, scores[u]!)) };
  });
  const form = forms.reduce((a, b) => (b.ndcg > a.ndcg ? b : a));
  const weights = fitListwise(lists, all, form.isFree);
  const scored = users.map(({ gains }, u) => ({
    items: candidates[u]!.items,
    scores: scoresOf(lists, weights, u),
    liked: new Set(gains.keys()),
  }));
  weights[IMPUTED_SHARE]! += coldStartBoost(scored, held.hidden, scorer.imputedShare);
  return {
    ...{ weights: [...weights], scales, knots, takesTime: held.keptInteractionTimes !== undefined },
    judged: {
      ranker: form.ndcg,
      collaborative: mean((u) => ndcgOf(u, candidates[u]!.collaborative)),
      fusion: mean((u) => ndcgOf(u, candidates[u]!.fused)),
    },
  };
}

/** Scores of every user's candidates by weights that were fitted on the other half of the users. */
function halfwise(users: readonly JudgedUser[], lists: Lists, isFree: readonly boolean[]): readonly Float64Array[] {
  const scores: Float64Array[] = [];
  const isFirst = (u: number): boolean => hashOf(SEED, users[u]!.user, 1) < 0.5;
  const all = [...users.keys()];
  const halves = [all.filter(isFirst), all.filter((u) => !isFirst(u))];
  for (const [half, seen] of halves.entries()) {
    const weights = fitListwise(lists, seen, isFree);
    for (const u of halves[1 - half]!) scores[u] = scoresOf(lists, weights, u);
  }
  return scores;
}

/** What users did with each item of late, in saves, halving every so many days; 0 behind the first `NON_PERSONALIZED_MAX`. */
function ofLate({ kept, keptInteractionTimes }: HeldOut, itemCount: number, halfLifeDays: number): Float32Array {
  const sums = new Float32Array(itemCount);
  if (keptInteractionTimes === undefined) return sums;
  for (const [i, item] of kept.columns.entries()) {
    sums[item] =
      sums[item]! + decayed(keptInteractionTimes.weights[i]!, DAY_MS * keptInteractionTimes.ages[i]!, halfLifeDays);
  }
  const top = new TopK(NON_PERSONALIZED_MAX);
  for (const [item, sum] of sums.entries()) if (sum > 0) top.offer(item, sum);
  const leading = new Float32Array(itemCount);
  for (const item of top.take()) leading[item] = sums[item]!;
  return leading;
}

/** As `writeFeatures` takes them. */
function knotsOf({ starts, values }: Terms): readonly number[] {
  const userCount = starts.length - 1;
  return CURVES.flatMap((_, curve) => {
    const found: number[] = [];
    for (let u = 0; u < userCount; u += SCALE_STRIDE) {
      for (let c = starts[u]!; c < starts[u + 1]!; c++) found.push(values[c * TERM_COUNT + curve]!);
    }
    const sorted = Float64Array.from(found).sort();
    return KNOT_QUANTILES.slice(0, KNOTS).map((share) => quantile(sorted, share));
  });
}

function meanShareOf({ positives, seen }: ItemModel): number {
  const total = (of: Float32Array): number => of.reduce((sum, value) => sum + value, 0);
  return total(seen) > 0 ? total(positives) / total(seen) : 0;
}

function ordered(items: readonly number[], scores: ArrayLike<number>): readonly number[] {
  return [...items.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || items[a]! - items[b]!)
    .map((place) => items[place]!);
}
