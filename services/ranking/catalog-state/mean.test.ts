import { dot, normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rememberingCentre } from './mean.ts';

const number = fc.double({ min: -1, max: 1, noNaN: true });
const vector = fc.tuple(number, number, number).map((values) => normalise(Float32Array.from([...values, 1])));

test('a centred vector is the rest without the mean, at unit length', () => {
  fc.assert(
    fc.property(vector, fc.tuple(number, number, number), (given, mean) => {
      const centred = rememberingCentre()(given, { vector: Float32Array.from([...mean, 0]), version: 'v' });
      const rest = Array.from(given, (value, place) => value - ([...mean, 0][place] ?? 0));
      const length = Math.hypot(...rest);
      for (const [place, value] of rest.entries()) expect(centred[place]).toBeCloseTo(value / length, 4);
      expect(dot(centred, centred)).toBeCloseTo(1, 4);
    }),
  );
});

test('a vector stays as it is without a mean, and is centred once per version of the mean', () => {
  const centre = rememberingCentre();
  const given = normalise(Float32Array.of(1, 2));
  expect(centre(given, undefined)).toBe(given);
  const first = { vector: Float32Array.of(0.5, 0), version: 'first' };
  const centred = centre(given, first);
  expect(centre(given, { ...first })).toBe(centred);
  const next = centre(given, { vector: Float32Array.of(0, 0.5), version: 'next' });
  expect(next).not.toEqual(centred);
  expect(centre(given, first)).toEqual(centred);
  expect([...given]).toEqual([...normalise(Float32Array.of(1, 2))]);
});
