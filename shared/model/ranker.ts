import { FEATURES, type FeatureScales, PARTS } from './ranking-features.ts';

/** A score is the sum of the weights times the features, as `FEATURES` orders them. */
export interface Ranker {
  readonly weights: readonly number[];
  readonly scales: FeatureScales;
}

const PART_OF_FEATURE: readonly number[] = FEATURES.map(({ part }) => PARTS.indexOf(part));

/**
 * Adds up what each part of the score is, as `PARTS` orders them.
 * @param features  As `writeFeatures` writes them, from `offset` on.
 * @param into  Overwritten from `intoOffset` on.
 * @returns The score: the sum of the parts.
 */
export function writeParts(
  { weights }: Ranker,
  features: Float32Array,
  offset: number,
  into: Float64Array,
  intoOffset: number,
): number {
  into.fill(0, intoOffset, intoOffset + PARTS.length);
  let score = 0;
  for (let f = 0; f < weights.length; f++) {
    const share = weights[f]! * features[offset + f]!;
    const place = intoOffset + PART_OF_FEATURE[f]!;
    into[place] = into[place]! + share;
    score += share;
  }
  return score;
}
