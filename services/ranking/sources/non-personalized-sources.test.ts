import type { ItemId } from '@kindred/shared/id';
import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { DAY_MS, rankOf } from '@kindred/shared/model/decay';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ListedItem } from './non-personalized.ts';
import { latestSource, popularSource, trendingSource } from './non-personalized-sources.ts';
import { contextOf, engagementWith } from './retrieval-context.fixture.ts';
import { items, scoresOf, trainedCatalog } from './trained-catalog.fixture.ts';

const LISTS = [
  { name: 'trending', source: trendingSource },
  { name: 'latest', source: latestSource },
  { name: 'popular', source: popularSource },
] as const;
const listOf = (count: number): readonly ListedItem[] =>
  Array.from({ length: count }, (_, place) => ({ item: `item-${place}` as ItemId, score: 100 - place }));
const listsOf = (list: readonly ListedItem[]) => ({ trending: list, latest: list, popular: list });
const saved = [{ item: items[0]!, type: 'save', value: 1, atMs: 1 }] as const;
const trained = scoresOf(trainedCatalog(1), saved);

test.each(LISTS)('$name gives its list in its order, as deep as the table says', ({ name, source }) => {
  const { depth = 0 } = SOURCES[name];
  for (const count of [0, 3, depth, depth + 1, 1_000]) {
    const list = listOf(count);
    const found = source.candidates(contextOf({ nonPersonalized: listsOf(list) }), []);
    expect(found.map(({ item }) => item)).toEqual(list.slice(0, depth).map(({ item }) => item));
    const scores = found.map(({ sourceScore }) => sourceScore);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  }
});

test.each([
  { name: 'trending', source: trendingSource, halfLifeDays: 3 },
  { name: 'popular', source: popularSource, halfLifeDays: 69 },
])('$name scores are decayed to the request’s moment', ({ source, halfLifeDays }) => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), fc.nat(300), (value, ageDays) => {
      const list = [{ item: items[0]!, score: rankOf(value, 5 * DAY_MS, halfLifeDays)! }];
      const context = contextOf({ nonPersonalized: listsOf(list), nowMs: (5 + ageDays) * DAY_MS });
      const wanted = value * 0.5 ** (ageDays / halfLifeDays);
      expect(source.candidates(context, [])[0]!.sourceScore / wanted).toBeCloseTo(1, 6);
    }),
  );
});

test('the newest items score minus their age in days', () => {
  const list = [{ item: items[0]!, score: 3 * DAY_MS }];
  const found = latestSource.candidates(contextOf({ nonPersonalized: listsOf(list), nowMs: 5 * DAY_MS }), []);
  expect(found).toEqual([{ item: items[0], sourceScore: -2 }]);
});

test.each(LISTS)('$name weighs as the table says, for users with and without a history', ({ name, source }) => {
  expect(source.weight(contextOf())).toBe(SOURCES[name].weight.unknown);
  expect(source.weight(contextOf({ engagements: [engagementWith(items[0]!)] }))).toBe(SOURCES[name].weight.known);
});

test('trained ranking asks for popular items, and for trending ones only if times tell what is trending', () => {
  expect(trained?.catalog.ranker?.takesTrends).toBe(true);
  const weights = (context: Parameters<typeof contextOf>[0]) =>
    LISTS.map(({ source }) => source.weight(contextOf({ engagements: [engagementWith(items[0]!)], ...context })));
  expect(weights({ trained }).map((weight) => weight > 0)).toEqual([true, false, true]);
  const catalog = trainedCatalog(1);
  const timeless = scoresOf({ ...catalog, ranker: { ...catalog.ranker!, takesTrends: false } }, saved);
  expect(weights({ trained: timeless }).map((weight) => weight > 0)).toEqual([false, false, true]);
  const unranked = scoresOf({ ...catalog, ranker: undefined }, saved);
  expect(weights({ trained: unranked })).toEqual(LISTS.map(({ name }) => SOURCES[name].weight.known));
});

test.each(LISTS.filter(({ name }) => name !== 'latest'))(
  'trained ranking sees no item of the history among the $name ones, and as many others as the table says',
  ({ name, source }) => {
    const { rankedDepth } = SOURCES[name];
    const list = listOf(150);
    const excluded = new Set(list.slice(0, 20).map(({ item }) => item));
    const found = source.candidates(contextOf({ nonPersonalized: listsOf(list), excluded, trained }), []);
    expect(found.map(({ item }) => item)).toEqual(list.slice(20, 20 + rankedDepth).map(({ item }) => item));
    const untrained = source.candidates(contextOf({ nonPersonalized: listsOf(list), excluded }), []);
    expect(untrained[0]!.item).toBe(list[0]!.item);
  },
);

test.each(LISTS)('$name asks the index nothing and has no causes', ({ source }) => {
  const context = contextOf({ nonPersonalized: listsOf(listOf(3)), engagements: [engagementWith(items[0]!)] });
  expect(source.queries(context)).toEqual([]);
  expect(source.causes(context, [], ['item-0' as ItemId]).size).toBe(0);
});
