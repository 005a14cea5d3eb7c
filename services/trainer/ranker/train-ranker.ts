import { HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import type { ItemModel } from '@kindred/shared/model/item-model';
import type { Ranker } from '@kindred/shared/model/ranker';
import { CURVES, FEATURES, IMPUTED_SHARE, TERM_COUNT, writeFeatures } from '@kindred/shared/model/ranking-features';
import { ndcgAt20 } from '@kindred/shared/model/ranking-metrics';
import { CO_ENGAGEMENT_KEPT, coEngagementRows } from '@kindred/shared/model/rp3beta';
import type { HeldOut } from '../evaluation/held-out.ts';
import { type JudgedUser, judgedUsers } from '../evaluation/judged-users.ts';
import { hashOf } from '../evaluation/seeded-hash.ts';
import { type CandidateList, CandidateScorer } from './candidate-scorer.ts';
import { candidateTerms } from './candidate-terms.ts';
import { coldStartBoost } from './cold-start-boost.ts';
import { decayedEngagement } from './decayed-engagement.ts';
import { featureScales, knotsOf } from './feature-scales.ts';
import { fitListNet, type Lists, scoresOf } from './listnet.ts';

/** A ranker with the quality it reached. */
export interface TrainedRanker extends Ranker {
  /** nDCG@20 of each way to order the same candidates, on users that the weights did not see. */
  readonly judged: { readonly ranker: number; readonly collaborative: number; readonly fusion: number };
}

/** Users learned from, at most. */
export const RANKER_USERS_MAX = 16_000;
/** With fewer users than this weights would follow chance. */
const USERS_MIN = 200;
/** Features with a weight: one, the plain ones, or all. The best on held-out users is taken, as thin data tell no more. */
const FORMS = [
  FEATURES.map(({ name }) => name === CURVES[0]!.name),
  FEATURES.map(({ isFine }) => !isFine),
  FEATURES.map(() => true),
];
const SEED = 77;

/**
 * Fits the ranker's weights on the targets held out from the model's training.
 * @param model  Fitted on `held.kept` alone.
 * @returns `undefined` where there are fewer than `USERS_MIN` users to learn from.
 * Cost: O(users · items) to find candidates, three times, and seven fits of ListNet.
 */
export function trainRanker(model: ItemModel, held: HeldOut): TrainedRanker | undefined {
  const users = judgedUsers(held, RANKER_USERS_MAX, SEED);
  if (users.length < USERS_MIN) return undefined;
  const scorer = new CandidateScorer({
    model,
    coEngagement: coEngagementRows(held.kept, held.isMet.length, CO_ENGAGEMENT_KEPT),
    isMet: held.isMet,
    hidden: held.hidden,
    trending: decayedEngagement(held, HALF_LIFE_DAYS.short),
    popular: decayedEngagement(held, HALF_LIFE_DAYS.long),
  });
  const candidates = users.map((user) => scorer.candidatesOf(user));
  const scales = featureScales(model, scorer, users, candidates);
  const terms = candidateTerms(scorer, users, candidates, scales);
  const knots = knotsOf(terms);
  const lists: Lists = {
    starts: terms.starts,
    gains: terms.gains,
    featureCount: FEATURES.length,
    write: (user, candidate, into, offset) =>
      writeFeatures(terms.values, candidate * TERM_COUNT, users[user]!.likedCount, knots, into, offset),
  };
  const form = bestForm(users, candidates, lists);
  const weights = fitListNet(lists, [...users.keys()], form.isFree);
  const scored = users.map(({ gains }, u) => ({
    items: candidates[u]!.items,
    scores: scoresOf(lists, weights, u),
    targets: new Set(gains.keys()),
  }));
  weights[IMPUTED_SHARE]! += coldStartBoost(scored, held.hidden, scorer.imputedShare);
  return {
    weights: [...weights],
    scales,
    knots,
    takesTime: held.keptInteractionTimes !== undefined,
    judged: {
      ranker: form.ndcg,
      collaborative: meanNdcg(users, candidates, (u) => candidates[u]!.collaborative),
      fusion: meanNdcg(users, candidates, (u) => candidates[u]!.fused),
    },
  };
}

/** The form whose weights order best the candidates of users that they were not fitted on; the first of equals. */
function bestForm(
  users: readonly JudgedUser[],
  candidates: readonly CandidateList[],
  lists: Lists,
): { readonly isFree: readonly boolean[]; readonly ndcg: number } {
  const forms = FORMS.map((isFree) => {
    const scores = halfwise(users, lists, isFree);
    return { isFree, ndcg: meanNdcg(users, candidates, (u) => scores[u]!) };
  });
  return forms.reduce((a, b) => (b.ndcg > a.ndcg ? b : a));
}

/** Scores of every user's candidates by weights that were fitted on the other half of the users. */
function halfwise(users: readonly JudgedUser[], lists: Lists, isFree: readonly boolean[]): readonly Float64Array[] {
  const scores: Float64Array[] = [];
  const isFirst = (u: number): boolean => hashOf(SEED, users[u]!.user, 1) < 0.5;
  const all = [...users.keys()];
  const halves = [all.filter(isFirst), all.filter((u) => !isFirst(u))];
  for (const [half, seen] of halves.entries()) {
    const weights = fitListNet(lists, seen, isFree);
    for (const u of halves[1 - half]!) scores[u] = scoresOf(lists, weights, u);
  }
  return scores;
}

/** Mean nDCG@20 of the users' targets among their candidates that are not masked. */
function meanNdcg(
  users: readonly JudgedUser[],
  candidates: readonly CandidateList[],
  scoresFor: (u: number) => ArrayLike<number>,
): number {
  let sum = 0;
  for (const [u, { masked, targets }] of users.entries()) {
    const unmet = ordered(candidates[u]!.items, scoresFor(u)).filter((item) => !masked.has(item));
    sum += ndcgAt20(unmet, targets);
  }
  return sum / users.length;
}

/** By falling score, ties to the smaller number. */
function ordered(items: readonly number[], scores: ArrayLike<number>): readonly number[] {
  return [...items.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || items[a]! - items[b]!)
    .map((place) => items[place]!);
}
