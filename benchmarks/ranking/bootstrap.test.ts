import { seededRandom } from '@kindred/shared/numeric/random';
import { expect, test } from 'vitest';
import { bootstrap } from './bootstrap.ts';

const random = seededRandom(3);
const uniform = Float64Array.from({ length: 2_000 }, () => random());
const coin = Float64Array.from({ length: 2_000 }, () => (random() < 0.2 ? 1 : 0));

test('the interval agrees with the standard error of the normal approximation', () => {
  for (const { mean, low, high, standardError } of bootstrap([uniform, coin], 1)) {
    expect((high - low) / (2 * 1.96 * standardError)).toBeCloseTo(1, 1);
    expect((high + low) / 2).toBeCloseTo(mean, 2);
  }
  expect(bootstrap([coin], 1)[0]!.standardError).toBeCloseTo(Math.sqrt((0.2 * 0.8) / 2_000), 3);
});

test('the same seed gives the same estimates, and all columns share their resamples', () => {
  expect(bootstrap([uniform], 5)).toEqual(bootstrap([uniform], 5));
  expect(bootstrap([coin, uniform], 5)[1]).toEqual(bootstrap([uniform], 5)[0]);
  expect(bootstrap([uniform], 6)).not.toEqual(bootstrap([uniform], 5));
});

test('users that are all alike leave no doubt', () => {
  expect(bootstrap([new Float64Array(10).fill(0.25)], 1)).toEqual([
    { mean: 0.25, low: 0.25, high: 0.25, standardError: 0 },
  ]);
});

test('users without a value count in no mean', () => {
  const some = Float64Array.of(1, Number.NaN, 3, Number.NaN);
  const [estimate] = bootstrap([some], 1);
  expect(estimate!.mean).toBe(2);
  expect(estimate!.low).toBe(1);
  expect(estimate!.high).toBe(3);
});
