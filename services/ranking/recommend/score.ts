import { compareIds, type ItemId } from '@kindred/shared/id';
import { HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { writeParts } from '@kindred/shared/model/ranker';
import { FEATURES, PARTS, TERM_COUNT, writeFeatures, writeTerms } from '@kindred/shared/model/ranking-features';
import { valueOfRank } from '../events/counter.ts';
import { MOST_ENGAGED } from '../profile/engagement.ts';
import type { CoEngagement } from '../sources/co-engagement.ts';
import type { ListedItem, NonPersonalized } from '../sources/non-personalized.ts';
import type { TrainedScores } from '../sources/trained-scores.ts';
import type { FusedCandidate, SourceRank } from './reciprocal-rank-fusion.ts';

/** A candidate with what its score is made of. */
export interface ScoredCandidate {
  readonly item: ItemId;
  /** Higher is better; comparable within one request only. */
  readonly score: number;
  /** One number a part, as the scoring's `parts` names them; they sum to the score. */
  readonly parts: Float64Array;
  /** Where each source put it. */
  readonly ranks: readonly SourceRank[];
}

/** A way to score what the sources found. */
export interface Scoring {
  /** Of an explanation: by trained weights, or by fixed ones. */
  readonly weights: 'trained' | 'fixed';
  readonly parts: readonly string[];
  score(candidate: FusedCandidate): ScoredCandidate;
}

/** By reciprocal rank fusion: each source's share is a part. */
export function fixedScoring(sources: readonly string[]): Scoring {
  return {
    weights: 'fixed',
    parts: sources,
    score: ({ item, fused, ranks }) => {
      const parts = new Float64Array(sources.length);
      for (const { source, part } of ranks) {
        const place = sources.indexOf(source);
        parts[place] = parts[place]! + part;
      }
      return { item, score: fused, parts, ranks };
    },
  };
}

/**
 * By the trainer's weights.
 * @param nowMs  When the nonPersonalized are asked for.
 * @returns `undefined` where it learned none.
 */
export function trainedScoring(
  scores: TrainedScores,
  together: CoEngagement | undefined,
  { trending, popular }: Pick<NonPersonalized, 'trending' | 'popular'>,
  nowMs: number,
): Scoring | undefined {
  const { ranker } = scores.trained;
  if (ranker === undefined) return undefined;
  const ofLate = (nonPersonalized: readonly ListedItem[], halfLifeDays: number): ((item: ItemId) => number) => {
    if (!ranker.takesTime) return () => 0;
    const ranks = ranksOf(nonPersonalized);
    return (item) => valueOfRank(ranks.get(item) ?? Number.NEGATIVE_INFINITY, nowMs, halfLifeDays) / MOST_ENGAGED;
  };
  const trendingOf = ofLate(trending, HALF_LIFE_DAYS.short);
  const popularOf = ofLate(popular, HALF_LIFE_DAYS.long);
  const terms = new Float32Array(TERM_COUNT);
  const features = new Float32Array(FEATURES.length);
  return {
    weights: 'trained',
    parts: PARTS,
    score: ({ item, ranks }) => {
      const parts = new Float64Array(PARTS.length);
      const coEngagement = (together?.scoreOf(item) ?? 0) / MOST_ENGAGED;
      const others = { coEngagement, trending: trendingOf(item), popular: popularOf(item) };
      writeTerms({ ...scores.signalsOf(item), ...others }, ranker.scales, terms, 0);
      writeFeatures(terms, 0, scores.liked, ranker.knots, features, 0);
      return { item, score: writeParts(ranker, features, parts), parts, ranks };
    },
  };
}

const rankMaps = new WeakMap<readonly ListedItem[], ReadonlyMap<ItemId, number>>();

/** NonPersonalized by item, made once for each list. */
function ranksOf(nonPersonalized: readonly ListedItem[]): ReadonlyMap<ItemId, number> {
  const known = rankMaps.get(nonPersonalized) ?? new Map(nonPersonalized.map(({ item, score }) => [item, score]));
  rankMaps.set(nonPersonalized, known);
  return known;
}

/** By falling score, ties by id. */
export function byScore(candidates: ScoredCandidate[]): ScoredCandidate[] {
  return candidates.sort((a, b) => b.score - a.score || compareIds(a.item, b.item));
}

/**
 * Scores as shares of a request's largest, in [0, 1], with parts that still sum to them. Parts of trained weights have no
 * zero of their own: each counts from where it is least among the candidates.
 */
export function shares(
  candidates: readonly ScoredCandidate[],
  { weights }: Scoring,
): readonly { readonly relevance: number; readonly parts: Float64Array }[] {
  const partCount = candidates[0]?.parts.length ?? 0;
  const least = new Float64Array(partCount).fill(weights === 'trained' ? Number.POSITIVE_INFINITY : 0);
  if (weights === 'trained') {
    for (const { parts } of candidates) {
      for (let p = 0; p < partCount; p++) least[p] = Math.min(least[p]!, parts[p]!);
    }
  }
  const shifted = candidates.map(({ parts }) => parts.map((part, p) => part - least[p]!));
  const sums = shifted.map((parts) => parts.reduce((sum, part) => sum + part, 0));
  const largest = Math.max(...sums);
  if (!(largest > 0)) return shifted.map((parts) => ({ relevance: 0, parts: parts.fill(0) }));
  return shifted.map((parts, index) => ({
    relevance: sums[index]! / largest,
    parts: parts.map((part) => part / largest),
  }));
}
