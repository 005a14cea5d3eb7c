import { compareIds, type ItemId } from '@kindred/shared/id';
import { seededRandom } from '@kindred/shared/numeric/random';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Interest } from '../profile/interest.ts';
import type { SourceAnswer } from './candidate-source.ts';
import { interestsSource } from './interests-source.ts';
import { contextOf } from './retrieval-context.fixture.ts';

const idOf = (name: string, n: number): ItemId => `${name}-${n}` as ItemId;
const similarity = fc.integer({ min: -10, max: 10 }).map((tenths) => tenths / 10);
const interests = fc
  .array(
    fc.record({
      importance: fc.integer({ min: 1, max: 900 }).map((hundredths) => hundredths / 100),
      size: fc.integer({ min: 1, max: 5 }),
    }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((rows) =>
    rows.map(({ importance, size }, n): Interest => {
      const items = Array.from({ length: size }, (_, place) => idOf(`engaged-${n}`, place));
      return { medoid: items[Math.floor(size / 2)]!, items, importance };
    }),
  );
/** Neighbors of each interest's medoid, some of them of several interests. */
const neighborsOf = fc.array(
  fc
    .uniqueArray(fc.record({ n: fc.nat(12), similarity }), { selector: ({ n }) => n, maxLength: 8 })
    .map((rows) => rows.map(({ n, similarity: cosine }) => ({ item: idOf('item', n), similarity: cosine }))),
  { minLength: 8, maxLength: 8 },
);

function answersOf(given: readonly Interest[], lists: readonly SourceAnswer['neighbors'][]): readonly SourceAnswer[] {
  return given.map(({ medoid }, place) => ({ item: medoid, k: 100, neighbors: lists[place]! }));
}

test('asks for the neighbors of at most five medoids, each once, the same ones for the same seed', () => {
  fc.assert(
    fc.property(interests, fc.integer(), (given, seed) => {
      const ask = () => interestsSource.queries(contextOf({ interests: given, random: seededRandom(seed) }));
      const queries = ask();
      expect(queries).toHaveLength(Math.min(5, given.length));
      expect(new Set(queries.map(({ item }) => item)).size).toBe(queries.length);
      for (const { item, k } of queries) {
        expect(given.some(({ medoid }) => medoid === item)).toBe(true);
        expect(k).toBe(100);
      }
      expect(ask()).toEqual(queries);
    }),
  );
});

test('important interests are asked for more often than unimportant ones', () => {
  const given = Array.from({ length: 10 }, (_, n): Interest => {
    return { medoid: idOf('medoid', n), items: [idOf('medoid', n)], importance: n === 0 ? 10 : 0.1 };
  });
  const counts = new Map<ItemId, number>();
  for (let seed = 0; seed < 200; seed++) {
    for (const { item } of interestsSource.queries(contextOf({ interests: given, random: seededRandom(seed) }))) {
      counts.set(item, (counts.get(item) ?? 0) + 1);
    }
  }
  expect(counts.get(given[0]!.medoid)).toBeGreaterThan(195);
  expect(counts.size).toBe(given.length);
});

test('a candidate scores by the interest that leads to it most, best first, ties by id', () => {
  fc.assert(
    fc.property(interests, neighborsOf, (given, lists) => {
      const context = contextOf({ interests: given });
      const found = interestsSource.candidates(context, answersOf(given, lists));
      const total = given.reduce((sum, { importance }) => sum + importance, 0);
      const wanted = new Map<ItemId, number>();
      for (const [place, { importance }] of given.entries()) {
        for (const neighbor of lists[place]!) {
          const score = Math.sqrt(importance / total) * neighbor.similarity;
          wanted.set(neighbor.item, Math.max(score, wanted.get(neighbor.item) ?? Number.NEGATIVE_INFINITY));
        }
      }
      expect(new Set(found.map(({ item }) => item))).toEqual(new Set(wanted.keys()));
      expect(found).toHaveLength(wanted.size);
      for (const { item, sourceScore } of found) expect(sourceScore).toBeCloseTo(wanted.get(item)!, 9);
      expect(found).toEqual(found.toSorted((a, b) => b.sourceScore - a.sourceScore || compareIds(a.item, b.item)));
    }),
  );
});

test('causes are the medoid and the latest items of the interest that led to the candidate', () => {
  fc.assert(
    fc.property(interests, neighborsOf, (given, lists) => {
      const context = contextOf({ interests: given });
      const answers = answersOf(given, lists);
      const found = interestsSource.candidates(context, answers);
      const unknown = 'unknown' as ItemId;
      const causes = interestsSource.causes(context, answers, [...found.map(({ item }) => item), unknown]);
      expect(causes.has(unknown)).toBe(false);
      for (const { item, sourceScore } of found) {
        const own = causes.get(item)!;
        const interest = given.find(({ medoid }) => medoid === own[0])!;
        expect(own).toHaveLength(Math.min(3, interest.items.length));
        expect(interest.items).toEqual(expect.arrayContaining([...own]));
        const others = interest.items.filter((each) => each !== interest.medoid);
        expect(own.slice(1)).toEqual(others.slice(0, 2));
        // The interest is one that gives the candidate its score.
        const cosine = lists[given.indexOf(interest)]!.find((neighbor) => neighbor.item === item)!.similarity;
        const total = given.reduce((sum, { importance }) => sum + importance, 0);
        expect(Math.sqrt(interest.importance / total) * cosine).toBeCloseTo(sourceScore, 9);
      }
    }),
  );
});

test('without answers there are no candidates', () => {
  const context = contextOf({ interests: [{ medoid: idOf('medoid', 1), items: [idOf('medoid', 1)], importance: 1 }] });
  const queries = interestsSource.queries(context);
  expect(
    interestsSource.candidates(
      context,
      queries.map((query) => ({ ...query, neighbors: [] })),
    ),
  ).toEqual([]);
});

test('interests that have faded to nothing still count, each in full', () => {
  const faded = [1, 2].map((n): Interest => ({ medoid: idOf('medoid', n), items: [idOf('medoid', n)], importance: 0 }));
  const answers = answersOf(faded, [
    [{ item: idOf('item', 1), similarity: 0.5 }],
    [{ item: idOf('item', 2), similarity: 0.7 }],
  ]);
  expect(interestsSource.candidates(contextOf({ interests: faded }), answers)).toEqual([
    { item: 'item-2', sourceScore: 0.7 },
    { item: 'item-1', sourceScore: 0.5 },
  ]);
});
