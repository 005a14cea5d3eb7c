import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ItemId } from '../id.ts';
import { dot, normalise } from '../numeric/vector.ts';
import { mmr, type RelevantItem } from './mmr.ts';

const items = fc
  .uniqueArray(
    fc.record({
      id: fc.nat(500),
      relevance: fc.double({ min: 0, max: 1, noNaN: true }),
      angle: fc.option(fc.double({ min: 0, max: 6, noNaN: true })),
    }),
    {
      selector: ({ id }) => id,
      maxLength: 25,
    },
  )
  .map((rows) =>
    rows.map(
      ({ id, relevance, angle }): RelevantItem => ({
        item: `item-${id}` as ItemId,
        relevance,
        vector: angle === null ? undefined : normalise(Float32Array.of(Math.cos(angle), Math.sin(angle), 0.3)),
      }),
    ),
  );
const diversity = fc.double({ min: 0, max: 1, noNaN: true });

test('each pick is the best by the formula, given those before it', () => {
  fc.assert(
    fc.property(items, fc.nat(30), diversity, (given, count, share) => {
      const picked = mmr(given, count, share);
      expect(picked).toHaveLength(Math.min(count, given.length));
      picked.forEach(({ entry, score }, place) => {
        const before = picked.slice(0, place).map((pick) => pick.entry);
        const value = (candidate: RelevantItem): number => {
          const cosines = before.map((other) =>
            other.vector && candidate.vector ? dot(other.vector, candidate.vector) : 0,
          );
          return (1 - share) * candidate.relevance - share * Math.max(0, ...cosines);
        };
        expect(score).toBeCloseTo(value(entry), 6);
        const left = given.filter((other) => !before.includes(other));
        for (const candidate of left) expect(value(candidate)).toBeLessThanOrEqual(score + 1e-6);
      });
    }),
  );
});

test('scores never rise, penalties are at most 0, and the order of input does not matter', () => {
  fc.assert(
    fc.property(items, diversity, (given, share) => {
      const picked = mmr(given, 30, share);
      for (let i = 1; i < picked.length; i++) expect(picked[i]!.score).toBeLessThanOrEqual(picked[i - 1]!.score);
      for (const { penalty } of picked) expect(penalty).toBeLessThanOrEqual(0);
      expect(mmr([...given].reverse(), 30, share)).toEqual(picked);
    }),
  );
});

test('keeps the order of relevance at diversity 0', () => {
  fc.assert(
    fc.property(items, (given) => {
      const picked = mmr(given, 30, 0).map(({ score }) => score);
      expect(picked).toEqual(given.map(({ relevance }) => relevance).sort((a, b) => b - a));
    }),
  );
});
