import type { ItemModel } from '@kindred/shared/model/item-model';
import { CURVES, type FeatureScales, KNOTS, TERM_COUNT } from '@kindred/shared/model/ranking-features';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import type { CandidateScorer } from './candidate-scorer.ts';
import type { CandidateTerms } from './candidate-terms.ts';

/** Floors lie at this share of the candidates' median: they come from several sources, and most score about 0 in each. */
const FLOOR_SHARE = 0.3;
/** Floors and knots are read from one user in so many. */
const USER_STRIDE = 10;
/** Shares of the candidates at which curves have knots: most of the liked ones stand above the last. */
const KNOT_QUANTILES = [0.5, 0.8, 0.95];

/** Scales of a catalog's features. Cost: that of `candidatesOf` for one user in `USER_STRIDE`. */
export function featureScales(model: ItemModel, scorer: CandidateScorer, users: readonly JudgedUser[]): FeatureScales {
  const found = {
    collaborative: [] as number[],
    transitions: [] as number[],
    coEngagement: [] as number[],
    content: [] as number[],
  };
  for (let u = 0; u < users.length; u += USER_STRIDE) {
    for (const { collaborative, transitions, coEngagement, content } of scorer.candidatesOf(users[u]!).signals) {
      found.collaborative.push(Math.max(0, collaborative));
      found.transitions.push(transitions);
      found.coEngagement.push(coEngagement);
      found.content.push(content);
    }
  }
  const floors = {
    collaborative: floorOf(found.collaborative),
    transitions: transitionsFloor(found.transitions),
    coEngagement: floorOf(found.coEngagement),
    content: floorOf(found.content),
  };
  return { floors, meanShare: meanShareOf(model) };
}

/** Knots as `writeFeatures` takes them: `KNOTS` values per curve, in the order of `CURVES`. */
export function knotsOf({ starts, values }: CandidateTerms): readonly number[] {
  const userCount = starts.length - 1;
  return CURVES.flatMap((_, curve) => {
    const found: number[] = [];
    for (let u = 0; u < userCount; u += USER_STRIDE) {
      for (let c = starts[u]!; c < starts[u + 1]!; c++) found.push(values[c * TERM_COUNT + curve]!);
    }
    const sorted = Float64Array.from(found).sort();
    return KNOT_QUANTILES.slice(0, KNOTS).map((share) => quantile(sorted, share));
  });
}

function floorOf(values: readonly number[]): number {
  return FLOOR_SHARE * quantile(Float64Array.from(values).sort(), 0.5) + 1e-6;
}

/** Most candidates have no transition at all: the median is that of the others. */
function transitionsFloor(values: readonly number[]): number {
  return floorOf(values.filter((value) => value > 0));
}

/** @param sorted  Rising. @returns 0 where there are no values. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor(share * sorted.length)] ?? 0;
}

function meanShareOf({ positives, seen }: ItemModel): number {
  const total = (counts: Float32Array): number => counts.reduce((sum, value) => sum + value, 0);
  return total(seen) > 0 ? total(positives) / total(seen) : 0;
}
