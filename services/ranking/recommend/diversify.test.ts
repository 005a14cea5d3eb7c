import type { ItemId, UserId } from '@kindred/shared/id';
import { dot, normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ItemRow } from '../reads/item-reader.ts';
import { requestOf } from './catalog.fixture.ts';
import { diversify, relevant } from './diversify.ts';
import type { Eligible, EligibleCandidate } from './filter.ts';
import type { Scorer } from './scorer.ts';

const PARTS = ['one', 'two', 'three'];

function scorerOf(weights: Scorer['weights']): Scorer {
  const unused = (): never => {
    throw new Error('candidates are scored already');
  };
  return { weights, partNames: PARTS, score: unused };
}

function candidateOf(n: number, parts: readonly number[], vector: readonly number[] | undefined): EligibleCandidate {
  const item = `item-${n}` as ItemId;
  const row: ItemRow = { item, change: 1, fields: {}, bytes: 2, available: true, createdAtMs: 0, embeddingChange: 1 };
  return {
    item,
    row,
    score: parts.reduce((sum, part) => sum + part, 0),
    parts: Float64Array.from(parts),
    ranks: [],
    vector: vector && normalise(Float32Array.from(vector)),
  };
}

const coordinate = fc.integer({ min: -2, max: 2 });
const pools = (part: fc.Arbitrary<number>) =>
  fc
    .array(
      fc.record({
        parts: fc.array(part, { minLength: PARTS.length, maxLength: PARTS.length }),
        vector: fc.option(fc.tuple(coordinate, coordinate, fc.constant(1)), { nil: undefined }),
      }),
      { maxLength: 15 },
    )
    .map((rows) => rows.map(({ parts, vector }, n) => candidateOf(n, parts, vector)).sort((a, b) => b.score - a.score));
const eligible: fc.Arbitrary<Eligible> = fc.oneof(
  pools(fc.double({ min: 0, max: 3, noNaN: true })).map((pool) => ({ pool, scorer: scorerOf('fixed'), readMarks: [] })),
  pools(fc.double({ min: -9, max: 9, noNaN: true })).map((pool) => ({
    pool,
    scorer: scorerOf('trained'),
    readMarks: [],
  })),
);
const requests = fc
  .record({ limit: fc.integer({ min: 1, max: 20 }), diversity: fc.constantFrom(0, 0.25, 0.5, 1) })
  .map((parts) => requestOf({ user: 'user' as UserId, ...parts }));

test('relevance lies in [0, 1], is 1 for the best unless all are equal, and is the sum of its shares', () => {
  fc.assert(
    fc.property(eligible, (given) => {
      const found = relevant(given);
      expect(found.map(({ item }) => item)).toEqual(given.pool.map(({ item }) => item));
      for (const { relevance, shares } of found) {
        expect(relevance).toBeGreaterThanOrEqual(0);
        expect(relevance).toBeLessThanOrEqual(1);
        for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
        for (const share of shares) expect(share).toBeLessThanOrEqual(1);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(relevance, 12);
      }
      const best = Math.max(...found.map(({ relevance }) => relevance));
      expect(found.length === 0 || best === 0 || Math.abs(best - 1) < 1e-12).toBe(true);
    }),
  );
});

test('relevance keeps the order and the proportions of the scores', () => {
  fc.assert(
    fc.property(eligible, (given) => {
      const found = relevant(given);
      for (const [place, { relevance, score }] of found.entries()) {
        const next = found[place + 1];
        if (next === undefined) continue;
        expect(next.relevance).toBeLessThanOrEqual(relevance + 1e-12);
        if (given.scorer.weights === 'fixed' && found[0]!.score > 0) {
          expect(relevance).toBeCloseTo(score / found[0]!.score, 9);
        }
      }
    }),
  );
});

test('trained parts count from the least of the pool, which then counts as nothing', () => {
  fc.assert(
    fc.property(pools(fc.double({ min: -9, max: 9, noNaN: true })), (pool) => {
      const found = relevant({ pool, scorer: scorerOf('trained'), readMarks: [] });
      if (found.length === 0) return;
      for (const part of PARTS.keys()) expect(Math.min(...found.map(({ shares }) => shares[part]!))).toBe(0);
    }),
  );
});

test('a served score is the rest of the relevance after the price of repetition, and none is picked twice', () => {
  fc.assert(
    fc.property(eligible, requests, (given, request) => {
      const picked = diversify(given, request);
      expect(picked).toHaveLength(Math.min(request.limit, given.pool.length));
      expect(new Set(picked.map(({ candidate }) => candidate.item)).size).toBe(picked.length);
      for (const [place, { candidate, penalty, slateScore }] of picked.entries()) {
        expect(slateScore).toBeCloseTo((1 - request.diversity) * candidate.relevance + penalty, 12);
        const cosines = picked
          .slice(0, place)
          .map(({ candidate: before }) =>
            before.vector && candidate.vector ? dot(before.vector, candidate.vector) : 0,
          );
        expect(penalty).toBeCloseTo(-request.diversity * Math.max(0, ...cosines), 5);
      }
    }),
  );
});

test('an item that repeats a better one yields its place to one that does not', () => {
  const pool = [
    candidateOf(1, [1, 0, 0], [1, 0]),
    candidateOf(2, [0.9, 0, 0], [1, 0.01]),
    candidateOf(3, [0.7, 0, 0], [0, 1]),
  ];
  const given: Eligible = { pool, scorer: scorerOf('fixed'), readMarks: [] };
  const order = (diversity: number) =>
    diversify(given, requestOf({ user: 'user' as UserId, diversity, limit: 3 })).map(({ candidate }) => candidate.item);
  expect(order(0)).toEqual(['item-1', 'item-2', 'item-3']);
  expect(order(0.5)).toEqual(['item-1', 'item-3', 'item-2']);
});
