import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRankedSource, RANKED_SOURCES, reciprocalRank, SOURCE_NAMES, SOURCES } from './candidate-sources.ts';
import { NON_PERSONALIZED_MAX } from './ranking-features.ts';

test('the table has every source once', () => {
  expect(Object.keys(SOURCES)).toEqual([...SOURCE_NAMES]);
  expect(new Set(SOURCE_NAMES).size).toBe(SOURCE_NAMES.length);
});

test.each(SOURCE_NAMES)('%s has weights that a fusion can use, and serves somebody', (name) => {
  const { known, unknown } = SOURCES[name].weight;
  expect(Math.min(known, unknown)).toBeGreaterThanOrEqual(0);
  expect(Math.max(known, unknown)).toBeGreaterThan(0);
});

test.each(SOURCE_NAMES)('%s has a depth that its list can give', (name) => {
  const { depth, rankedDepth } = SOURCES[name];
  if (depth !== undefined) {
    expect(Number.isInteger(depth)).toBe(true);
    expect(depth).toBeGreaterThan(0);
    expect(depth).toBeLessThanOrEqual(NON_PERSONALIZED_MAX);
  }
  // The ranker's candidates are among those that the source gives at all.
  expect(Number.isInteger(rankedDepth)).toBe(true);
  expect(rankedDepth).toBeGreaterThanOrEqual(0);
  expect(rankedDepth).toBeLessThanOrEqual(depth ?? 0);
});

test('a user without a history is served from lists of the whole catalog alone', () => {
  const unknown = SOURCE_NAMES.filter((name) => SOURCES[name].weight.unknown > 0);
  expect(unknown).toEqual(['trending', 'latest', 'popular']);
});

test('the ranker knows every source but those whose candidates training cannot replay, in the order of the table', () => {
  expect(RANKED_SOURCES).toEqual(['collaborative', 'content', 'transitions', 'co-engagement', 'trending', 'popular']);
  expect(SOURCE_NAMES.filter(isRankedSource)).toEqual(RANKED_SOURCES);
  expect(SOURCE_NAMES.filter((name) => SOURCES[name].rankedDepth > 0)).toEqual(RANKED_SOURCES);
});

test('a personal source as deep for the ranker as for fusion: what is found more of behind a filter is ranked too', () => {
  for (const name of ['collaborative', 'content', 'transitions', 'co-engagement'] as const) {
    expect(SOURCES[name].rankedDepth).toBe(SOURCES[name].depth);
    expect(SOURCES[name].weight.known).toBeGreaterThan(0);
  }
});

test('a share of a fused score falls with the rank and grows with the weight', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 5, noNaN: true }), fc.integer({ min: 1, max: 5_000 }), (weight, rank) => {
      expect(reciprocalRank(weight, rank)).toBeCloseTo(weight / (60 + rank), 12);
      expect(reciprocalRank(weight, rank + 1)).toBeLessThan(reciprocalRank(weight, rank));
      expect(reciprocalRank(2 * weight, rank)).toBeGreaterThan(reciprocalRank(weight, rank));
      expect(reciprocalRank(0, rank)).toBe(0);
    }),
  );
});
