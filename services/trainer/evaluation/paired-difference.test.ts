import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceOf, meanOf } from './paired-difference.ts';

const quality = fc.double({ min: 0, max: 1, noNaN: true });
const pairs = fc.array(fc.tuple(quality, quality), { minLength: 2, maxLength: 40 });
const columnsOf = (given: readonly (readonly [number, number])[]): readonly [Float64Array, Float64Array] => [
  Float64Array.from(given, ([left]) => left),
  Float64Array.from(given, ([, right]) => right),
];

test('the mean is that of the differences, its error that of all pairs of users', () => {
  fc.assert(
    fc.property(pairs, (given) => {
      const differences = given.map(([left, right]) => left - right);
      const count = given.length;
      // The variance of a sample is half the mean squared difference of its pairs.
      let squares = 0;
      for (const a of differences) for (const b of differences) squares += (a - b) ** 2;
      const variance = squares / (2 * count * (count - 1));
      const { mean, error } = differenceOf(...columnsOf(given));
      expect(mean).toBeCloseTo(differences.reduce((sum, each) => sum + each, 0) / count, 12);
      expect(error ** 2).toBeCloseTo(variance / count, 12);
    }),
  );
});

test('turning the two around turns the mean around and leaves the error', () => {
  fc.assert(
    fc.property(pairs, (given) => {
      const [left, right] = columnsOf(given);
      const [there, back] = [differenceOf(left, right), differenceOf(right, left)];
      expect(back.mean).toBeCloseTo(-there.mean, 12);
      expect(back.error).toBeCloseTo(there.error, 12);
    }),
  );
});

test('what every user gains by the same is certain, and so is what one user or none shows', () => {
  expect(differenceOf(Float64Array.of(0.75, 0.5, 1), Float64Array.of(0.5, 0.25, 0.75))).toEqual({
    mean: 0.25,
    error: 0,
  });
  expect(differenceOf(Float64Array.of(1), Float64Array.of(0.25))).toEqual({ mean: 0.75, error: 0 });
  expect(differenceOf(new Float64Array(0), new Float64Array(0))).toEqual({ mean: 0, error: 0 });
  expect(meanOf(new Float64Array(0))).toBe(0);
});
