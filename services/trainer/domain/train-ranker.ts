import { coEngagementRows } from '@kindred/shared/model/co-engagement';
import {
  borrowedShares,
  type ItemModel,
  scoreItems,
  type UserScores,
  userScores,
} from '@kindred/shared/model/item-model';
import { Largest } from '@kindred/shared/model/largest';
import { FEATURES, type FeatureScales, writeFeatures } from '@kindred/shared/model/ranking-features';
import { userMetrics } from '@kindred/shared/model/ranking-metrics';
import { addRow, type SparseRows } from '@kindred/shared/model/sparse-rows';
import { CO_ENGAGEMENT_KEPT } from './fit-model.ts';
import { type HeldOut, hashOf } from './held-out.ts';
import { type JudgedUser, judgedUsers } from './judged-users.ts';
import { fitListwise, type Lists } from './listwise-fit.ts';

/** A trained ranker: a score is the sum of its weights times the features. */
export interface TrainedRanker {
  readonly weights: readonly number[];
  readonly scales: FeatureScales;
  /** nDCG@20 on users that the weights did not see, of each way to order the same candidates. */
  readonly judged: { readonly ranker: number; readonly collaborative: number; readonly fusion: number };
  readonly users: number;
}

const USERS_MAX = 8_000;
/** With fewer users than this weights would follow chance. */
const USERS_MIN = 200;
const COLLABORATIVE_CANDIDATES = 200;
const OTHER_CANDIDATES = 100;
/** Candidates come from so many places behind the floor: below this share of their median a score is about nothing. */
const FLOOR_SHARE = 0.3;
const FUSION_CONSTANT = 60;
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
  const scorer = createScorer(model, coEngagement, itemCount);
  const lists = users.map((user) => scorer.candidates(user));
  const scales = { floors: scorer.floors(users, lists), meanShare: meanShareOf(model) };
  const featured = scorer.features(users, lists, scales);

  const halves = [0, 1].map((half) =>
    [...users.keys()].filter((u) => hashOf(SEED, users[u]!.user, 1) < 0.5 === (half === 0)),
  );
  const sums = { ranker: 0, collaborative: 0, fusion: 0 };
  for (const [half, seen] of halves.entries()) {
    const weights = fitListwise(featured, seen);
    for (const u of halves[1 - half]!) {
      const list = lists[u]!;
      const { liked } = users[u]!;
      const ndcg = (order: readonly number[]): number => userMetrics(order, liked)['nDCG@20'];
      sums.ranker += ndcg(ordered(list.items, scoresOf(featured, weights, u)));
      sums.collaborative += ndcg(ordered(list.items, list.collaborative));
      sums.fusion += ndcg(ordered(list.items, list.fused));
    }
  }
  const mean = (sum: number): number => sum / users.length;
  return {
    weights: [...fitListwise(featured, [...users.keys()])],
    scales,
    judged: { ranker: mean(sums.ranker), collaborative: mean(sums.collaborative), fusion: mean(sums.fusion) },
    users: users.length,
  };
}

interface CandidateList {
  readonly items: readonly number[];
  readonly collaborative: readonly number[];
  /** By reciprocal rank fusion of the sources. */
  readonly fused: readonly number[];
}

interface Scorer {
  candidates(user: JudgedUser): CandidateList;
  floors(users: readonly JudgedUser[], lists: readonly CandidateList[]): FeatureScales['floors'];
  features(users: readonly JudgedUser[], lists: readonly CandidateList[], scales: FeatureScales): Lists;
}

function createScorer(model: ItemModel, coEngagement: SparseRows, itemCount: number): Scorer {
  const scores: UserScores = userScores(itemCount);
  const together = new Float32Array(itemCount);
  const many = new Largest(COLLABORATIVE_CANDIDATES);
  const some = new Largest(OTHER_CANDIDATES);
  const borrowedShare = borrowedShares(model.borrowed);

  const score = ({ history }: JudgedUser): void => {
    scoreItems(model, history, scores);
    together.fill(0);
    for (const { number, strength } of history) if (strength > 0) addRow(coEngagement, number, strength, together);
  };
  const best = (largest: Largest, of: Float32Array, isKnown: ReadonlySet<number>): Int32Array => {
    for (let item = 0; item < itemCount; item++)
      if (of[item]! > 0 && !isKnown.has(item)) largest.offer(item, of[item]!);
    return largest.take();
  };

  return {
    candidates: (user) => {
      score(user);
      const fused = new Map<number, number>();
      for (const list of [
        best(many, scores.collaborative, user.known),
        best(some, together, user.known),
        best(some, scores.content, user.known),
      ]) {
        for (const [rank, item] of list.entries()) {
          fused.set(item, (fused.get(item) ?? 0) + 1 / (FUSION_CONSTANT + rank + 1));
        }
      }
      const items = [...fused.keys()];
      return {
        items,
        collaborative: items.map((item) => scores.collaborative[item]!),
        fused: items.map((item) => fused.get(item)!),
      };
    },

    floors: (users, lists) => {
      const found = { collaborative: [] as number[], coEngagement: [] as number[], content: [] as number[] };
      for (const [u, user] of users.entries()) {
        if (u % 10 > 0) continue;
        score(user);
        for (const item of lists[u]!.items) {
          found.collaborative.push(Math.max(0, scores.collaborative[item]!));
          found.coEngagement.push(together[item]!);
          found.content.push(scores.content[item]!);
        }
      }
      const floor = (values: number[]): number => {
        const sorted = Float64Array.from(values).sort();
        return FLOOR_SHARE * (sorted[sorted.length >> 1] ?? 0) + 1e-6;
      };
      return {
        collaborative: floor(found.collaborative),
        coEngagement: floor(found.coEngagement),
        content: floor(found.content),
      };
    },

    features: (users, lists, scales) => {
      const featureCount = FEATURES.length;
      const starts = new Int32Array(users.length + 1);
      for (const [u, { items }] of lists.entries()) starts[u + 1] = starts[u]! + items.length;
      const features = new Float32Array(starts[users.length]! * featureCount);
      const labels = new Uint8Array(starts[users.length]!);
      for (const [u, user] of users.entries()) {
        score(user);
        for (const [place, item] of lists[u]!.items.entries()) {
          const signals = {
            collaborative: scores.collaborative[item]!,
            collaborativeMax: scores.collaborativeMax[item]!,
            coEngagement: together[item]!,
            content: scores.content[item]!,
            contentMax: scores.contentMax[item]!,
            borrowedShare: borrowedShare[item]!,
            positives: model.positives[item]!,
            seen: model.seen[item]!,
          };
          writeFeatures(signals, scales, features, (starts[u]! + place) * featureCount);
          labels[starts[u]! + place] = user.liked.has(item) ? 1 : 0;
        }
      }
      return { starts, features, featureCount, labels };
    },
  };
}

function meanShareOf({ positives, seen }: ItemModel): number {
  const total = (of: Float32Array): number => of.reduce((sum, value) => sum + value, 0);
  return total(seen) > 0 ? total(positives) / total(seen) : 0;
}

function scoresOf({ starts, features, featureCount }: Lists, weights: Float64Array, user: number): readonly number[] {
  const scores: number[] = [];
  for (let c = starts[user]!; c < starts[user + 1]!; c++) {
    let score = 0;
    for (let f = 0; f < featureCount; f++) score += weights[f]! * features[c * featureCount + f]!;
    scores.push(score);
  }
  return scores;
}

function ordered(items: readonly number[], scores: readonly number[]): readonly number[] {
  return [...items.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || items[a]! - items[b]!)
    .map((place) => items[place]!);
}
