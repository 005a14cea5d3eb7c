import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edgeOf, liftOf, SHOWN } from './ranker.ts';

const scores = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { maxLength: 60 });

test('the edge is the score of the last item shown', () => {
  fc.assert(
    fc.property(scores, (given) => {
      const sorted = [...given].sort((a, b) => b - a);
      expect(edgeOf(given)).toBe(sorted[Math.min(SHOWN, sorted.length) - 1] ?? 0);
    }),
  );
});

test('a new item comes nearer to the edge by what it is pulled, then rises; a known one stays, and others go part of the way', () => {
  const lift = { add: 0.5, pull: 0.2 };
  for (const [score, lifted] of [
    [3, 3.1],
    [1, 1.5],
    [-1, -0.1],
  ] as const) {
    expect(score + liftOf(lift, score, 1, 1)).toBeCloseTo(lifted, 12);
    expect(score + liftOf(lift, score, 0.5, 1)).toBeCloseTo((score + lifted) / 2, 12);
    expect(liftOf(lift, score, 0, 1)).toBeCloseTo(0, 12);
  }
});
