import { Largest } from './largest.ts';
import { FEATURES, type FeatureScales, PARTS } from './ranking-features.ts';

/** A score is the sum of the weights times the features, as `FEATURES` orders them, and the lift of new items. */
export interface Ranker {
  readonly weights: readonly number[];
  readonly scales: FeatureScales;
  /** As `writeFeatures` takes them. */
  readonly bends: readonly number[];
  /** Whether times told what came when: else nothing of late, and no user's last few, has any weight. */
  readonly takesTime: boolean;
  readonly lift: NewItemLift;
}

/** What is added to the score of a new item, and in part to that of one few know. */
export interface NewItemLift {
  readonly add: number;
  /**
   * How much nearer the score comes to that of the last item shown, in [0, 1). What nobody knows yet is a guess: at the
   * end of a slate it costs little, and there it is met as well.
   */
  readonly pull: number;
}

/** How many items a slate is taken to show. */
export const SHOWN = 20;

/** @returns The score of the last of `SHOWN` candidates, without lifts; 0 without candidates. */
export function edgeOf(scores: ArrayLike<number>): number {
  const largest = new Largest(SHOWN);
  for (let index = 0; index < scores.length; index++) largest.offer(index, scores[index]!);
  const last = largest.take().at(-1);
  return last === undefined ? 0 : scores[last]!;
}

/**
 * @param score  Without the lift.
 * @param borrowedShare  As `CandidateSignals` has it.
 * @param edge  As `edgeOf` tells it.
 */
export function liftOf({ add, pull }: NewItemLift, score: number, borrowedShare: number, edge: number): number {
  return borrowedShare * (add - pull * (score - edge));
}

const PART_OF_FEATURE: readonly number[] = FEATURES.map(({ part }) => PARTS.indexOf(part));

/**
 * Adds up what each part of the score is, as `PARTS` orders them.
 * @param features  As `writeFeatures` writes them, from 0 on.
 * @param into  Overwritten.
 * @returns The score: the sum of the parts.
 */
export function writeParts({ weights }: Ranker, features: Float32Array, into: Float64Array): number {
  into.fill(0);
  let score = 0;
  for (let f = 0; f < weights.length; f++) {
    const share = weights[f]! * features[f]!;
    const part = PART_OF_FEATURE[f]!;
    into[part] = into[part]! + share;
    score += share;
  }
  return score;
}
