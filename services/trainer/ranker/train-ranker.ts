import { RANKED_SOURCES } from '@kindred/shared/model/candidate-sources';
import { HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import type { ItemModel } from '@kindred/shared/model/item-model';
import { type Ranker, writeParts } from '@kindred/shared/model/ranker';
import { FEATURES, IMPUTED_SHARE, PARTS, TERM_COUNT, writeFeatures } from '@kindred/shared/model/ranking-features';
import { CO_ENGAGEMENT_KEPT, coEngagementRows } from '@kindred/shared/model/rp3beta';
import type { HeldOut } from '../evaluation/held-out.ts';
import { type JudgedUser, judgedUsers } from '../evaluation/judged-users.ts';
import type { TrainingData } from '../history/training-data.ts';
import { centredEmbeddings } from '../item-item/centred-embeddings.ts';
import { type CandidateList, CandidateScorer } from './candidate-scorer.ts';
import { type CandidateTerms, candidateTerms } from './candidate-terms.ts';
import { coldStartBoost } from './cold-start-boost.ts';
import { decayedEngagement } from './decayed-engagement.ts';
import { chooseDiversity, DIVERSITY_USERS_MAX, type PartedList } from './diversity-choice.ts';
import { featureScales, knotsOf } from './feature-scales.ts';
import { fitListNet, type Lists, scoresOf } from './listnet.ts';
import { chooseForm, type Judged } from './ranker-form.ts';

/** A ranker with the quality it reached. */
export interface TrainedRanker {
  readonly ranker: Ranker;
  readonly judged: Judged;
}

/** Users learned from, at most. */
export const RANKER_USERS_MAX = 12_000;
/** With fewer users than this no order can be told from another. */
const USERS_MIN = 30;
const SEED = 77;

/**
 * Fits the ranker's weights on the targets held out from the model's training.
 * @param model  Fitted on `held.kept` alone.
 * @param catalog  The items that `held` numbers.
 * @returns `undefined` where there are fewer than `USERS_MIN` users to learn from.
 * Cost: O(users · items) to find candidates, and five fits of ListNet.
 */
export function trainRanker(
  model: ItemModel,
  held: HeldOut,
  catalog: Pick<TrainingData, 'items' | 'embeddings'>,
): TrainedRanker | undefined {
  const users = judgedUsers(held, RANKER_USERS_MAX, SEED);
  if (users.length < USERS_MIN) return undefined;
  const scorer = scorerOf(model, held);
  const scales = featureScales(model, scorer, users);
  const terms = candidateTerms(scorer, users, scales);
  const candidates = terms.lists;
  const knots = knotsOf(terms);
  const lists: Lists = {
    starts: terms.starts,
    gains: terms.gains,
    featureCount: FEATURES.length,
    write: (user, candidate, into, offset) =>
      writeFeatures(terms.values, candidate * TERM_COUNT, users[user]!.likedCount, knots, into, offset),
  };
  const { isFree, judged } = chooseForm({ users, candidates, lists, hasTrends: held.isCut }, SEED);
  const alone = RANKED_SOURCES.some((source) => source === judged.form) ? isFree.indexOf(true) : undefined;
  const weights = alone === undefined ? fitListNet(lists, [...users.keys()], isFree) : weightOf(alone);
  // A source alone is the floor: it shows new items where it scores them, and pays for no more.
  if (alone === undefined) {
    const scored = scoredLists(users, candidates, lists, weights);
    weights[IMPUTED_SHARE]! += coldStartBoost(scored, held.hidden, scorer.imputedShare);
  }
  const partsOf = partsWriter(terms, lists, [...weights]);
  const someUsers = users.slice(0, DIVERSITY_USERS_MAX);
  const ranker = {
    weights: [...weights],
    diversity: chooseDiversity(someUsers, centredCatalog(catalog), partsOf),
    scales,
    knots,
    takesTrends: held.isCut,
    takesOrder: held.keptInteractionTimes !== undefined,
  };
  return { ranker, judged };
}

/** @returns Candidates of a user with the parts of their scores. */
function partsWriter(
  { lists: candidates }: CandidateTerms,
  lists: Lists,
  weights: readonly number[],
): (u: number) => PartedList {
  const features = new Float32Array(FEATURES.length);
  return (u) => {
    const { items } = candidates[u]!;
    const parts = Array.from(items, (_, place) => {
      const into = new Float64Array(PARTS.length);
      lists.write(u, lists.starts[u]! + place, features, 0);
      writeParts({ weights }, features, into);
      return into;
    });
    return { items, parts };
  };
}

function centredCatalog({
  items,
  embeddings,
}: Pick<TrainingData, 'items' | 'embeddings'>): Pick<TrainingData, 'items' | 'embeddings'> {
  return { items, embeddings: embeddings && centredEmbeddings(embeddings) };
}

/** Weights of one feature alone: any above 0 gives its order. */
function weightOf(feature: number): Float64Array {
  return new Float64Array(FEATURES.length).fill(1, feature, feature + 1);
}

function scorerOf(model: ItemModel, held: HeldOut): CandidateScorer {
  const popular = decayedEngagement(held, HALF_LIFE_DAYS.long);
  return new CandidateScorer({
    model,
    coEngagement: coEngagementRows(held.kept, held.isMet.length, CO_ENGAGEMENT_KEPT),
    isMet: held.isMet,
    hidden: held.hidden,
    trending: decayedEngagement(held, HALF_LIFE_DAYS.short),
    popular,
    popularity: held.isCut ? popular : engagementOf(held),
  });
}

/** Number of users who liked each item, shape `[items]`. */
function engagementOf({ kept, isMet }: HeldOut): Float32Array {
  const counts = new Float32Array(isMet.length);
  for (const [i, item] of kept.columns.entries()) if (kept.values[i]! > 0) counts[item]!++;
  return counts;
}

function scoredLists(
  users: readonly JudgedUser[],
  candidates: readonly CandidateList[],
  lists: Lists,
  weights: Float64Array,
): Parameters<typeof coldStartBoost>[0] {
  return users.map(({ gains }, u) => ({
    items: candidates[u]!.items,
    scores: scoresOf(lists, weights, u),
    targets: new Set(gains.keys()),
  }));
}
