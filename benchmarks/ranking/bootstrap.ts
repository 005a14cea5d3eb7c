import { type Random, seededRandom } from '@kindred/shared/numeric/random';
import { quantile } from '../measure/quantile.ts';

/** A mean over those users who have a value, with what is known of its error. */
export interface Estimate {
  readonly mean: number;
  /** The 95 % interval by bootstrap over users (percentiles). */
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

export const RESAMPLES = 1_000;

/**
 * Estimates the means of several columns from the same resamples of users.
 * @param columns  One value a user each, NaN for a user who has none; all of one length, with at least one value.
 * @param seed  The same seed gives the same intervals. Cost: O(RESAMPLES · users · columns).
 */
export function bootstrap(columns: readonly Float64Array[], seed: number): readonly Estimate[] {
  const random = seededRandom(seed);
  const userCount = columns[0]?.length ?? 0;
  const means = columns.map(() => new Float64Array(RESAMPLES));
  const drawn = new Int32Array(userCount);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    draw(drawn, random);
    columns.forEach((column, index) => {
      let sum = 0;
      let count = 0;
      for (let i = 0; i < userCount; i++) {
        const value = column[drawn[i]!]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      means[index]![resample] = sum / count;
    });
  }
  return columns.map((column, index) => {
    // A resample of users without values has no mean.
    const sorted = means[index]!.filter((mean) => !Number.isNaN(mean)).sort();
    const values = column.filter((value) => !Number.isNaN(value));
    return {
      mean: meanOf(values),
      low: quantile(sorted, 0.025),
      high: quantile(sorted, 0.975),
      standardError: standardErrorOf(values),
    };
  });
}

function draw(into: Int32Array, random: Random): void {
  for (let i = 0; i < into.length; i++) into[i] = Math.floor(random() * into.length);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Interval of the mean, from the sample's own variance. */
function standardErrorOf(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
