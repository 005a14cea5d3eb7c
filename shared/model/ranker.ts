import { FEATURES, type FeatureScales, IMPUTED_SHARE, PARTS } from './ranking-features.ts';

/** A score is the sum of the weights times the features, as `FEATURES` orders them. */
export interface Ranker {
  readonly weights: readonly number[];
  /** The largest diversity of a slate that costs no relevance that chance does not explain, in [0, 1]. */
  readonly diversity: number;
  readonly scales: FeatureScales;
  /** As `writeFeatures` takes them. */
  readonly knots: readonly number[];
  /** True if times tell what is trending: otherwise decayed sums have no weight. */
  readonly takesTrends: boolean;
  /** True if times tell the order of a user's history: otherwise its last few items and its transitions have no weight. */
  readonly takesOrder: boolean;
}

const PART_OF_FEATURE: readonly number[] = FEATURES.map(({ part }) => PARTS.indexOf(part));

/**
 * Adds up what each part of the score is, as `PARTS` orders them.
 * @param features  As `writeFeatures` writes them, from 0 on.
 * @param into  Overwritten.
 * @returns The score: the sum of the parts.
 */
export function writeParts({ weights }: Pick<Ranker, 'weights'>, features: Float32Array, into: Float64Array): number {
  into.fill(0);
  let score = 0;
  // Most items are imputed nothing, and what follows the share is multiplied by it.
  const count = features[IMPUTED_SHARE] === 0 ? IMPUTED_SHARE : weights.length;
  for (let f = 0; f < count; f++) {
    const share = weights[f]! * features[f]!;
    const part = PART_OF_FEATURE[f]!;
    into[part] = into[part]! + share;
    score += share;
  }
  return score;
}
