import {
  CO_ENGAGED_MAX,
  type ItemModel,
  imputedShares,
  scoreItems,
  type UserScores,
  userScores,
} from '@kindred/shared/model/item-model';
import { type FeatureScales, TERM_COUNT, writeTerms } from '@kindred/shared/model/ranking-features';
import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { JudgedUser } from '../evaluation/judged-users.ts';

const COLLABORATIVE_CANDIDATES = 200;
const OTHER_CANDIDATES = 100;
/** Candidates come from so many places behind the floor: below this share of their median a score is about nothing. */
const FLOOR_SHARE = 0.3;
/** Floors and knots are read from every so many users. */
export const SCALE_STRIDE = 10;
const FUSION_CONSTANT = 60;
/** As the sources are weighed where nothing was learned. */
const FUSION_WEIGHTS = { collaborative: 2, coEngagement: 1, content: 0.5, trending: 0.1 } as const;

/** A user's candidates, each once. */
export interface CandidateList {
  readonly items: readonly number[];
  readonly collaborative: readonly number[];
  /** By reciprocal rank fusion of the sources. */
  readonly fused: readonly number[];
}

/** What is known of all candidates of all users. */
export interface Terms {
  /** Where each user's candidates begin. */
  readonly starts: Int32Array;
  /** What finding each is worth, 0 for what the user did not like. */
  readonly labels: Float32Array;
  /** Shape `[candidates, TERM_COUNT]`, as `writeTerms` writes them. */
  readonly values: Float32Array;
}

/** What is known of each item besides the model. */
export interface KnownOfItems {
  /** Whether anybody has an event on it: 1, else 0. */
  readonly isMet: Uint8Array;
  /** As `HeldOut` has it. */
  readonly hidden: Uint8Array;
  /** As `CandidateSignals` has them; 0 for all where times tell nothing. */
  readonly trending: Float32Array;
  readonly popular: Float32Array;
}

/** Finds and describes the candidates of users as the sources that serve do. */
export interface Scorer {
  readonly imputedShare: Float32Array;
  candidates(user: JudgedUser): CandidateList;
  floors(users: readonly JudgedUser[], lists: readonly CandidateList[]): FeatureScales['floors'];
  terms(users: readonly JudgedUser[], lists: readonly CandidateList[], scales: FeatureScales): Terms;
}

export function createScorer(model: ItemModel, coEngagement: SparseRows, known: KnownOfItems): Scorer {
  const { isMet, hidden, trending, popular } = known;
  const itemCount = isMet.length;
  const scores: UserScores = userScores(itemCount);
  const together = new Float32Array(itemCount);
  const many = new TopK(COLLABORATIVE_CANDIDATES);
  const some = new TopK(OTHER_CANDIDATES);
  const imputedShare = imputedShares(model.imputed);

  const score = ({ history }: JudgedUser): void => {
    scoreItems(model, history, scores);
    together.fill(0);
    const liked = history.filter(({ strength }) => strength > 0).slice(0, CO_ENGAGED_MAX);
    for (const { number, strength } of liked) addRow(coEngagement, number, strength, together);
  };
  const best = (largest: TopK, of: Float32Array, isKnown: ReadonlySet<number>): Int32Array => {
    // Whether somebody would have liked what nobody ever met can't be judged.
    for (let item = 0; item < itemCount; item++) {
      if (isMet[item] === 0 || (hidden[item] === 0 && isKnown.has(item))) continue;
      if (of[item]! > 0) largest.offer(item, of[item]!);
    }
    return largest.take();
  };

  return {
    imputedShare,
    candidates: (user) => {
      score(user);
      const fused = new Map<number, number>();
      for (const [weight, list] of [
        [FUSION_WEIGHTS.collaborative, best(many, scores.collaborative, user.known)],
        [FUSION_WEIGHTS.coEngagement, best(some, together, user.known)],
        [FUSION_WEIGHTS.content, best(some, scores.content, user.known)],
        [FUSION_WEIGHTS.trending, best(some, trending, user.known)],
      ] as const) {
        for (const [rank, item] of list.entries()) {
          fused.set(item, (fused.get(item) ?? 0) + weight / (FUSION_CONSTANT + rank + 1));
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
      for (let u = 0; u < users.length; u += SCALE_STRIDE) {
        score(users[u]!);
        for (const item of lists[u]!.items) {
          found.collaborative.push(Math.max(0, scores.collaborative[item]!));
          found.coEngagement.push(together[item]!);
          found.content.push(scores.content[item]!);
        }
      }
      const floor = (values: number[]): number => FLOOR_SHARE * quantile(Float64Array.from(values).sort(), 0.5) + 1e-6;
      return {
        collaborative: floor(found.collaborative),
        coEngagement: floor(found.coEngagement),
        content: floor(found.content),
      };
    },

    terms: (users, lists, scales) => {
      const starts = new Int32Array(users.length + 1);
      for (const [u, { items }] of lists.entries()) starts[u + 1] = starts[u]! + items.length;
      const values = new Float32Array(starts[users.length]! * TERM_COUNT);
      const labels = new Float32Array(starts[users.length]!);
      for (const [u, user] of users.entries()) {
        score(user);
        for (const [place, item] of lists[u]!.items.entries()) {
          const signals = {
            collaborative: scores.collaborative[item]!,
            collaborativeMax: scores.collaborativeMax[item]!,
            collaborativeRecent: scores.collaborativeRecent[item]!,
            collaborativeSeen: scores.collaborativeSeen[item]!,
            coEngagement: together[item]!,
            content: scores.content[item]!,
            contentMax: scores.contentMax[item]!,
            imputedShare: imputedShare[item]!,
            positives: model.positives[item]!,
            seen: model.seen[item]!,
            trending: trending[item]!,
            popular: popular[item]!,
          };
          writeTerms(signals, scales, values, (starts[u]! + place) * TERM_COUNT);
          labels[starts[u]! + place] = user.gains.get(item) ?? 0;
        }
      }
      return { starts, labels, values };
    },
  };
}

/** @param sorted  Rising. @returns 0 where there are no values. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor(share * sorted.length)] ?? 0;
}
