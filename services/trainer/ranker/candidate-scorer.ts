import { reciprocalRank, SOURCES } from '@kindred/shared/model/candidate-sources';
import {
  addCoEngagement,
  type HistoryItem,
  type ItemModel,
  imputedShares,
  modelSignals,
  scoreItems,
  topItems,
  type UserScores,
  userScores,
} from '@kindred/shared/model/item-model';
import type { CandidateSignals } from '@kindred/shared/model/ranking-features';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { JudgedUser } from '../evaluation/judged-users.ts';

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

/**
 * Finds and describes the candidates of users as serving does, by the same table of sources and the same features. Holds the
 * scores of one user at a time, `7·items` numbers.
 */
export class CandidateScorer {
  /** Share of each item's collaborative score that is imputed, shape `[items]`. */
  readonly imputedShare: Float32Array;
  readonly #options: CandidateScorerOptions;
  readonly #scores: UserScores;
  readonly #coEngagement: Float32Array;

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
    const bySource = {
      collaborative,
      content,
      'co-engagement': this.#coEngagement,
      trending: this.#options.trending,
    } as const;
    const fused = new Map<number, number>();
    for (const source of ['collaborative', 'content', 'co-engagement', 'trending'] as const) {
      const { depth = 0, weight } = SOURCES[source];
      const top = topItems(bySource[source], depth, (item) => this.#isCandidate(item, masked));
      for (const [index, item] of top.entries()) {
        fused.set(item, (fused.get(item) ?? 0) + reciprocalRank(weight.known, index + 1));
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
  signalsOf({ history }: Pick<JudgedUser, 'history'>, items: readonly number[]): readonly CandidateSignals[] {
    this.#score(history);
    const { model, trending, popular } = this.#options;
    return items.map((item) => ({
      ...modelSignals(model, this.imputedShare, this.#scores, item),
      coEngagement: this.#coEngagement[item]!,
      trending: trending[item]!,
      popular: popular[item]!,
    }));
  }

  /** False for masked items, and for items that nobody ever met: nobody can judge whether those would have been liked. */
  #isCandidate(item: number, masked: ReadonlySet<number>): boolean {
    const { isMet, hidden } = this.#options;
    return isMet[item] === 1 && (hidden[item] === 1 || !masked.has(item));
  }

  #score(history: readonly HistoryItem[]): void {
    const { model, coEngagement } = this.#options;
    scoreItems(model, history, this.#scores);
    this.#coEngagement.fill(0);
    addCoEngagement(
      coEngagement,
      history.values().filter(({ strength }) => strength > 0),
      this.#coEngagement,
    );
  }
}
