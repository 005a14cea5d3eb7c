import type { ItemId } from '@kindred/shared/id';
import { SOURCE_NAMES } from '@kindred/shared/model/candidate-sources';
import { HALF_LIFE_DAYS, valueOfRank } from '@kindred/shared/model/decay';
import { ENGAGEMENT_MAX } from '@kindred/shared/model/engagement';
import { type Ranker, writeParts } from '@kindred/shared/model/ranker';
import { FEATURES, PARTS, TERM_COUNT, writeFeatures, writeTerms } from '@kindred/shared/model/ranking-features';
import type { RetrievalContext } from '../sources/candidate-source.ts';
import type { CoEngagementScores } from '../sources/co-engagement.ts';
import type { ListedItem, NonPersonalized } from '../sources/non-personalized.ts';
import type { TrainedScores } from '../sources/trained-scores.ts';
import type { FusedCandidate, SourceRank } from './reciprocal-rank-fusion.ts';

/** A candidate with its score and the parts that the score is made of. */
export interface ScoredCandidate {
  readonly item: ItemId;
  /** Higher is better; comparable within one request only. */
  readonly score: number;
  /** One number per part of the scorer; they sum to the score. */
  readonly parts: Float64Array;
  readonly ranks: readonly SourceRank[];
}

/** Scores fused candidates. */
export interface Scorer {
  readonly weights: 'trained' | 'fixed';
  /** Names of the parts, in the order of `ScoredCandidate.parts`. */
  readonly partNames: readonly string[];
  score(candidate: FusedCandidate): ScoredCandidate;
}

/** The trained ranker if the user and the catalog have one, else fusion. */
export function scorerOf({ trained, coEngagement, nonPersonalized, nowMs }: RetrievalContext): Scorer {
  const ranker = trained?.catalog.ranker;
  if (trained === undefined || ranker === undefined) return fusionScorer();
  return new TrainedScorer({ trained, ranker, coEngagement, nonPersonalized, nowMs });
}

/** Scores by reciprocal rank fusion: each source's share is a part. */
export function fusionScorer(): Scorer {
  return {
    weights: 'fixed',
    partNames: SOURCE_NAMES,
    score: ({ item, fusedScore, ranks }) => {
      const parts = new Float64Array(SOURCE_NAMES.length);
      for (const { source, part } of ranks) parts[SOURCE_NAMES.indexOf(source)]! += part;
      return { item, score: fusedScore, parts, ranks };
    },
  };
}

/** Scores by the weights that were trained on the catalog's history. */
class TrainedScorer implements Scorer {
  readonly weights = 'trained';
  readonly partNames = PARTS;
  readonly #trained: TrainedScores;
  readonly #ranker: Ranker;
  readonly #coEngagement: CoEngagementScores | undefined;
  readonly #trendingOf: (item: ItemId) => number;
  readonly #popularOf: (item: ItemId) => number;
  readonly #terms = new Float32Array(TERM_COUNT);
  readonly #features = new Float32Array(FEATURES.length);

  constructor(parts: {
    readonly trained: TrainedScores;
    readonly ranker: Ranker;
    readonly coEngagement: CoEngagementScores | undefined;
    readonly nonPersonalized: NonPersonalized;
    readonly nowMs: number;
  }) {
    const { nonPersonalized, nowMs } = parts;
    this.#trained = parts.trained;
    this.#ranker = parts.ranker;
    this.#coEngagement = parts.coEngagement;
    const nothing = (): number => 0;
    const { takesTrends } = parts.ranker;
    this.#trendingOf = takesTrends ? decayedOf(nonPersonalized.trending, HALF_LIFE_DAYS.short, nowMs) : nothing;
    this.#popularOf = takesTrends ? decayedOf(nonPersonalized.popular, HALF_LIFE_DAYS.long, nowMs) : nothing;
  }

  score({ item, ranks }: FusedCandidate): ScoredCandidate {
    const { scales, knots } = this.#ranker;
    const signals = {
      ...this.#trained.signalsOf(item),
      coEngagement: this.#coEngagement?.scoreOf(item) ?? 0,
      trending: this.#trendingOf(item),
      popular: this.#popularOf(item),
    };
    writeTerms(signals, scales, this.#terms, 0);
    writeFeatures(this.#terms, 0, this.#trained.likedCount, knots, this.#features, 0);
    const parts = new Float64Array(PARTS.length);
    return { item, score: writeParts(this.#ranker, this.#features, parts), parts, ranks };
  }
}

/** Decayed engagement of a list's items at a moment, in saves; 0 for any other item. */
function decayedOf(list: readonly ListedItem[], halfLifeDays: number, nowMs: number): (item: ItemId) => number {
  const ranks = ranksOf(list);
  return (item) => valueOfRank(ranks.get(item) ?? Number.NEGATIVE_INFINITY, nowMs, halfLifeDays) / ENGAGEMENT_MAX;
}

const rankMaps = new WeakMap<readonly ListedItem[], ReadonlyMap<ItemId, number>>();

/** Ranks by item, made once per list. */
function ranksOf(list: readonly ListedItem[]): ReadonlyMap<ItemId, number> {
  const known = rankMaps.get(list) ?? new Map(list.map(({ item, score }) => [item, score]));
  rankMaps.set(list, known);
  return known;
}
