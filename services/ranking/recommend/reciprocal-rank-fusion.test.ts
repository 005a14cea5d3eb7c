import { compareIds, type ItemId } from '@kindred/shared/id';
import { SOURCE_NAMES } from '@kindred/shared/model/candidate-sources';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reciprocalRankFusion } from './reciprocal-rank-fusion.ts';

const lists = fc.array(
  fc.record({
    source: fc.constantFrom(...SOURCE_NAMES),
    weight: fc.double({ min: 0.01, max: 2, noNaN: true }),
    candidates: fc
      .uniqueArray(fc.nat(30), { maxLength: 20 })
      .map((ids) => ids.map((id) => ({ item: `i${id}` as ItemId, sourceScore: 1 }))),
  }),
  { maxLength: 5 },
);

test('an item’s score is the sum of weight / (60 + rank) over the lists that have it, best first, ties by id', () => {
  fc.assert(
    fc.property(lists, (given) => {
      const fused = reciprocalRankFusion(given);
      for (const { item, fusedScore: score, ranks } of fused) {
        const wanted = given.reduce((sum, { weight, candidates }) => {
          const place = candidates.findIndex((candidate) => candidate.item === item);
          return place === -1 ? sum : sum + weight / (61 + place);
        }, 0);
        expect(score).toBeCloseTo(wanted, 12);
        expect(ranks.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(score, 12);
      }
      for (let i = 1; i < fused.length; i++) {
        const [before, after] = [fused[i - 1]!, fused[i]!];
        expect(before.fusedScore > after.fusedScore || compareIds(before.item, after.item) < 0).toBe(true);
      }
      expect(new Set(fused.map(({ item }) => item))).toEqual(
        new Set(given.flatMap((list) => list.candidates.map(({ item }) => item))),
      );
    }),
  );
});
