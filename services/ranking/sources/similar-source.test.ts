import { compareIds, type ItemId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceAnswer } from './candidate-source.ts';
import { contextOf, engagementWith } from './retrieval-context.fixture.ts';
import { similarSource } from './similar-source.ts';

const engagedOf = (count: number) =>
  Array.from({ length: count }, (_, n) => engagementWith(`engaged-${n}` as ItemId, 100 - n));
const answers = fc
  .array(
    fc
      .uniqueArray(fc.record({ n: fc.nat(9), similarity: fc.constantFrom(-0.5, 0, 0.5, 0.8, 1) }), {
        selector: ({ n }) => n,
        maxLength: 6,
      })
      .map((rows) => rows.map(({ n, similarity }) => ({ item: `item-${n}` as ItemId, similarity }))),
    { maxLength: 6 },
  )
  .map((lists) => lists.map((neighbors, n): SourceAnswer => ({ item: `engaged-${n}` as ItemId, k: 50, neighbors })));

test('asks for the neighbors of the ten items that the user engaged with last', () => {
  const queries = similarSource.queries(contextOf({ engagements: engagedOf(30) }));
  expect(queries).toEqual(
    engagedOf(30)
      .slice(0, 10)
      .map(({ item }) => ({ item, k: 50 })),
  );
  expect(similarSource.queries(contextOf({ engagements: engagedOf(2) }))).toHaveLength(2);
});

test('a candidate’s score is the sum of its similarities to the power of 8, best first, ties by id', () => {
  fc.assert(
    fc.property(answers, (given) => {
      const found = similarSource.candidates(contextOf(), given);
      const all = new Set(given.flatMap(({ neighbors }) => neighbors.map(({ item }) => item)));
      expect(new Set(found.map(({ item }) => item))).toEqual(all);
      expect(found).toHaveLength(all.size);
      for (const { item, sourceScore } of found) {
        const wanted = given
          .flatMap(({ neighbors }) => neighbors.filter((neighbor) => neighbor.item === item))
          .reduce((sum, { similarity }) => sum + Math.max(0, similarity) ** 8, 0);
        expect(sourceScore).toBeCloseTo(wanted, 9);
      }
      expect(found).toEqual(found.toSorted((a, b) => b.sourceScore - a.sourceScore || compareIds(a.item, b.item)));
    }),
  );
});

test('causes are the three engaged items nearest to the candidate, ties by id', () => {
  fc.assert(
    fc.property(answers, (given) => {
      const found = similarSource.candidates(contextOf(), given);
      const causes = similarSource.causes(
        contextOf(),
        given,
        found.map(({ item }) => item),
      );
      for (const { item } of found) {
        const wanted = given
          .flatMap(({ item: engaged, neighbors }) =>
            neighbors.filter((neighbor) => neighbor.item === item).map(({ similarity }) => ({ engaged, similarity })),
          )
          // Similarities below 0 count as 0.
          .map(({ engaged, similarity }) => ({ engaged, similarity: Math.max(0, similarity) }))
          .sort((a, b) => b.similarity - a.similarity || compareIds(a.engaged, b.engaged))
          .slice(0, 3);
        expect(causes.get(item)).toEqual(wanted.map(({ engaged }) => engaged));
      }
      expect(similarSource.causes(contextOf(), given, ['unknown' as ItemId]).size).toBe(0);
    }),
  );
});

test('an item that two engaged items lead to comes before one that either leads to as much', () => {
  const [both, one, other] = ['both', 'a-one', 'a-other'].map((item) => item as ItemId);
  const given: readonly SourceAnswer[] = [
    { item: 'e1' as ItemId, k: 50, neighbors: [one!, both!].map((item) => ({ item, similarity: 0.9 })) },
    { item: 'e2' as ItemId, k: 50, neighbors: [other!, both!].map((item) => ({ item, similarity: 0.9 })) },
  ];
  expect(similarSource.candidates(contextOf(), given).map(({ item }) => item)).toEqual([both, one, other]);
});
