import { type RankedSourceName, reciprocalRank, SOURCES } from '@kindred/shared/model/candidate-sources';
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
  readonly items: Int32Array;
  /** By reciprocal rank fusion of the sources. */
  readonly fused: Float32Array;
  /** The best candidates of each source that the user has not met, at most `JUDGED_MAX`, best first. */
  readonly bestOf: Readonly<Record<RankedSourceName, Int32Array>>;
}

/** Candidates with their signals, in the same order. */
export interface DescribedCandidates {
  readonly list: CandidateList;
  readonly signals: readonly CandidateSignals[];
}

/** Depth to which the order of a source alone is judged. */
const JUDGED_MAX = 20;

/** A catalog to find candidates in; arrays of shape `[items]`. */
export interface CandidateScorerOptions {
  readonly model: ItemModel;
  /** Rows of `coEngagementRows`. */
  readonly coEngagement: SparseRows;
  /** Both of `HeldOut`. */
  readonly isMet: Uint8Array;
  readonly hidden: Uint8Array;
  /** Signals of `CandidateSignals`; 0 for all where times do not tell what is trending. */
  readonly trending: Float32Array;
  readonly popular: Float32Array;
  /** The order of the popular list: `popular`, or all engagements where times do not tell what is trending. */
  readonly popularity: Float32Array;
}

/**
 * Finds and describes the candidates of users as serving does, by the same table of sources and the same features. Holds the
 * scores of one user at a time, `9·items` numbers.
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
  candidatesOf(user: JudgedUser): DescribedCandidates {
    this.#score(user.history);
    const { masked } = user;
    const fused = new Map<number, number>();
    const best = (source: RankedSourceName): Int32Array => {
      const { rankedDepth, weight } = SOURCES[source];
      const top = topItems(this.#scoresOf(source), rankedDepth, (item) => this.#isCandidate(item, masked));
      for (const [index, item] of top.entries()) {
        fused.set(item, (fused.get(item) ?? 0) + reciprocalRank(weight.known, index + 1));
      }
      return top.filter((item) => !masked.has(item)).slice(0, JUDGED_MAX);
    };
    const bestOf = {
      collaborative: best('collaborative'),
      content: best('content'),
      transitions: best('transitions'),
      'co-engagement': best('co-engagement'),
      trending: best('trending'),
      popular: best('popular'),
    };
    const list = { items: Int32Array.from(fused.keys()), fused: Float32Array.from(fused.values()), bestOf };
    return { list, signals: this.#signalsOf(list.items) };
  }

  #scoresOf(source: RankedSourceName): Float32Array {
    const { trending, popularity } = this.#options;
    switch (source) {
      case 'co-engagement':
        return this.#coEngagement;
      case 'trending':
        return trending;
      case 'popular':
        return popularity;
      default:
        return this.#scores[source];
    }
  }

  /** Signals of some items for the user that was scored last. */
  #signalsOf(items: Int32Array): readonly CandidateSignals[] {
    const { model, trending, popular } = this.#options;
    return Array.from(items, (item) => ({
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
