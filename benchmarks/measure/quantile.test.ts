import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latencyOf, quantile } from './quantile.ts';

test('the middle of an odd number of values is the median, and of an even number lies half-way', () => {
  expect(quantile([1, 5, 9], 0.5)).toBe(5);
  expect(quantile([1, 5], 0.5)).toBe(3);
});

test('a quantile lies within the values and rises with its share', () => {
  const values = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
      const sorted = given.toSorted((a, b) => a - b);
      const found = quantile(sorted, share);
      expect(found).toBeGreaterThanOrEqual(sorted[0]!);
      expect(found).toBeLessThanOrEqual(sorted.at(-1)!);
      expect(quantile(sorted, Math.min(1, share + 0.1))).toBeGreaterThanOrEqual(found);
    }),
  );
});

test('a latency does not depend on the order of the times', () => {
  expect(latencyOf([9, 1, 5])).toEqual({ p50Ms: 5, p99Ms: expect.closeTo(8.92), count: 3 });
});

test('no values have no quantile', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});
