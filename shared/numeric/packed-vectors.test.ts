import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packVectors } from './packed-vectors.ts';
import { dot } from './vector.ts';

test('compares packed vectors as the plain product does, whatever was packed before', () => {
  const vectors = fc.integer({ min: 1, max: 40 }).chain((dimensions) =>
    fc.array(
      fc
        .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions })
        .map((values) => Float32Array.from(values)),
      { maxLength: 30 },
    ),
  );
  fc.assert(
    fc.property(vectors, (given) => {
      const product = packVectors(given);
      given.forEach((left, i) => {
        given.forEach((right, j) => {
          expect(product(i, j)).toBeCloseTo(dot(left, right), 4);
        });
      });
    }),
  );
});
