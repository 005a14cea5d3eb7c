import {
  CO_ENGAGED_MAX,
  type HistoryItem,
  type ItemModel,
  imputedShares,
  scoreItems,
  type UserScores,
  userScores,
} from '@kindred/shared/model/item-model';
import type { CandidateSignals } from '@kindred/shared/model/ranking-features';
import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { JudgedUser } from '../evaluation/judged-users.ts';

const COLLABORATIVE_CANDIDATES = 200;
const OTHER_CANDIDATES = 100;
const FUSION_CONSTANT = 60;
/** Weights of the sources where nothing was learned. */
const FUSION_WEIGHTS = { collaborative: 2, coEngagement: 1, content: 0.5, trending: 0.1 } as const;

/** A user's candidates, each once; scores beside `items`, one for each. */
export interface CandidateList {
  readonly items: readonly number[];
  readonly collaborative: readonly number[];
  /** By reciprocal rank fusion of the sources. */
  readonly fused: readonly number[];
}

/** A catalog to find candidates in; arrays of shape `[items]`. */
export interface CandidateScorerOptions {
  readonly model: ItemModel;
  /** Rows of `coEngagementRows`. */
  readonly coEngagement: SparseRows;
  /** Both of `HeldOut`. */
  readonly isMet: Uint8Array;
  readonly hidden: Uint8Array;
  /** Signals of `CandidateSignals`; 0 for all where times tell nothing. */
  readonly trending: Float32Array;
  readonly popular: Float32Array;
}

/** Finds and describes the candidates of users as serving does. Holds the scores of one user at a time, `7·items` numbers. */
export class CandidateScorer {
  /** Share of each item's collaborative score that is imputed, shape `[items]`. */
  readonly imputedShare: Float32Array;
  readonly #options: CandidateScorerOptions;
  readonly #scores: UserScores;
  readonly #coEngagement: Float32Array;
  readonly #deepTop = new TopK(COLLABORATIVE_CANDIDATES);
  readonly #top = new TopK(OTHER_CANDIDATES);

  constructor(options: CandidateScorerOptions) {
    const itemCount = options.isMet.length;
    this.imputedShare = imputedShares(options.model.imputed);
    this.#options = options;
    this.#scores = userScores(itemCount);
    this.#coEngagement = new Float32Array(itemCount);
  }

  /** A user's candidates, best of each source first, without masked items. Cost: O(items + entries of the history's rows). */
  candidatesOf({ history, masked }: JudgedUser): CandidateList {
    this.#score(history);
    const { collaborative, content } = this.#scores;
    const fused = new Map<number, number>();
    for (const [weight, list] of [
      [FUSION_WEIGHTS.collaborative, this.#best(this.#deepTop, collaborative, masked)],
      [FUSION_WEIGHTS.coEngagement, this.#best(this.#top, this.#coEngagement, masked)],
      [FUSION_WEIGHTS.content, this.#best(this.#top, content, masked)],
      [FUSION_WEIGHTS.trending, this.#best(this.#top, this.#options.trending, masked)],
    ] as const) {
      for (const [rank, item] of list.entries()) {
        fused.set(item, (fused.get(item) ?? 0) + weight / (FUSION_CONSTANT + rank + 1));
      }
    }
    const items = [...fused.keys()];
    return {
      items,
      collaborative: items.map((item) => collaborative[item]!),
      fused: items.map((item) => fused.get(item)!),
    };
  }

  /** Signals of some items for a user, in the order of the items. Cost: as `candidatesOf`. */
  signalsOf({ history }: JudgedUser, items: readonly number[]): readonly CandidateSignals[] {
    this.#score(history);
    const { model, trending, popular } = this.#options;
    const scores = this.#scores;
    return items.map((item) => ({
      collaborative: scores.collaborative[item]!,
      collaborativeMax: scores.collaborativeMax[item]!,
      collaborativeRecent: scores.collaborativeRecent[item]!,
      collaborativeSeen: scores.collaborativeSeen[item]!,
      coEngagement: this.#coEngagement[item]!,
      content: scores.content[item]!,
      contentMax: scores.contentMax[item]!,
      imputedShare: this.imputedShare[item]!,
      positives: model.positives[item]!,
      seen: model.seen[item]!,
      trending: trending[item]!,
      popular: popular[item]!,
    }));
  }

  #score(history: readonly HistoryItem[]): void {
    const { model, coEngagement } = this.#options;
    scoreItems(model, history, this.#scores);
    this.#coEngagement.fill(0);
    const liked = history.filter(({ strength }) => strength > 0).slice(0, CO_ENGAGED_MAX);
    for (const { number, strength } of liked) addRow(coEngagement, number, strength, this.#coEngagement);
  }

  #best(top: TopK, scores: Float32Array, masked: ReadonlySet<number>): Int32Array {
    const { isMet, hidden } = this.#options;
    for (let item = 0; item < scores.length; item++) {
      // Nobody can judge whether an item that nobody ever met would have been liked.
      if (isMet[item] === 0 || (hidden[item] === 0 && masked.has(item))) continue;
      if (scores[item]! > 0) top.offer(item, scores[item]!);
    }
    return top.take();
  }
}
