import fc from 'fast-check';
import { expect, test } from 'vitest';
import { relevanceShares } from './relevance-shares.ts';

const scores = fc.array(
  fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 })
    .map((of) => Float64Array.from(of)),
  { minLength: 1, maxLength: 20 },
);

test('shares are at least 0, sum to the relevance, keep the order, and the largest is 1', () => {
  fc.assert(
    fc.property(scores, (given) => {
      const found = relevanceShares(given, false);
      const sumOf = (parts: Float64Array): number => parts.reduce((sum, part) => sum + part, 0);
      for (const [place, { relevance, shares }] of found.entries()) {
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(sumOf(shares)).toBeCloseTo(relevance, 9);
        for (const [other, { relevance: otherRelevance }] of found.entries()) {
          if (sumOf(given[place]!) > sumOf(given[other]!) + 1e-6)
            expect(relevance).toBeGreaterThan(otherRelevance - 1e-9);
        }
      }
      const largest = Math.max(...found.map(({ relevance }) => relevance));
      expect(largest === 0 || Math.abs(largest - 1) < 1e-9).toBe(true);
    }),
  );
});

test('parts with a zero of their own keep it', () => {
  const [best, other] = relevanceShares([Float64Array.of(3, 1), Float64Array.of(2, 0)], true);
  expect(best).toEqual({ relevance: 1, shares: Float64Array.of(0.75, 0.25) });
  expect(other).toEqual({ relevance: 0.5, shares: Float64Array.of(0.5, 0) });
});
