import { seededRandom } from '@kindred/shared/numeric/random';
import { normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Pool, type SpectralOptions, spectralPicks } from './spectral-picks.ts';

const DIMENSIONS = 4;

/** By the definition: every item is projected anew off all directions of the window, which lose their share when it slides. */
function slowPicks({ relevances, vectors }: Pool, count: number, { gamma, window }: SpectralOptions): number[] {
  const mean = relevances.reduce((sum, each) => sum + each, 0) / relevances.length;
  const deviation = Math.sqrt(relevances.reduce((sum, each) => sum + (each - mean) ** 2, 0) / relevances.length);
  const z = relevances.map((each) => (deviation > 0 ? (each - mean) / deviation : 0));
  const residuals = vectors.map((vector) => Array.from(vector ?? new Float32Array(DIMENSIONS)));
  const directions: { readonly base: readonly number[]; readonly removed: readonly (readonly number[])[] }[] = [];
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, each, d) => sum + each * b[d]!, 0);
  const picks: number[] = [];
  while (picks.length < Math.min(count, relevances.length)) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const [i, residual] of residuals.entries()) {
      const score = z[i]! + gamma * Math.sqrt(dot(residual, residual));
      if (!picks.includes(i) && score > bestScore + 1e-9) [best, bestScore] = [i, score];
    }
    picks.push(best);
    if (directions.length === window) {
      const { removed } = directions.shift()!;
      for (const [i, residual] of residuals.entries()) residuals[i] = residual.map((each, d) => each + removed[i]![d]!);
    }
    const base = residuals[best]!;
    const squared = dot(base, base);
    if (squared < 1e-10) continue;
    const removed = residuals.map((residual) => base.map((each) => (each * dot(residual, base)) / squared));
    for (const [i, residual] of residuals.entries()) residuals[i] = residual.map((each, d) => each - removed[i]![d]!);
    directions.push({ base, removed });
  }
  return picks;
}

/** Items of random directions, some without one. */
function randomPool(seed: number): Pool {
  const random = seededRandom(seed);
  const relevances = Array.from({ length: 12 }, () => random()).sort((a, b) => b - a);
  const vectors = relevances.map(() =>
    random() < 0.1 ? undefined : normalise(Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5)),
  );
  return { relevances, vectors };
}

test('picks as projecting everything anew does, in the same order', () => {
  fc.assert(
    fc.property(
      fc.nat(1e6),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(0.5, 2),
      fc.integer({ min: 1, max: 12 }),
      (seed, window, gamma, count) => {
        const given = randomPool(seed);
        expect(spectralPicks(given, count, { gamma, window })).toEqual(slowPicks(given, count, { gamma, window }));
      },
    ),
  );
});

test('without a wish for what is new the order is that of relevance', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      expect(spectralPicks(randomPool(seed), 12, { gamma: 0, window: 3 })).toEqual([...Array(12).keys()]);
    }),
  );
});
