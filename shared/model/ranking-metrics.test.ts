import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  coverageOf,
  giniOf,
  listDiversity,
  ndcgAt20,
  noveltyOf,
  popularityLift,
  QUALITY_METRICS,
  qualityOf,
  recallAt20,
} from './ranking-metrics.ts';

const ranking = fc.uniqueArray(fc.integer({ min: 0, max: 150 }), { maxLength: 120 });
const relevant = fc.uniqueArray(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 60 });
const counts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 30 });

function named(ranked: readonly number[], wanted: readonly number[]): Record<string, number> {
  const values = qualityOf(ranked, new Set(wanted));
  return Object.fromEntries(QUALITY_METRICS.map((name, place) => [name, values[place]!]));
}

/** The definitions written out place by place, over a list padded with misses. */
function byDefinition(ranked: readonly number[], wanted: readonly number[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const k of [10, 20, 50, 100]) {
    let gain = 0;
    let ideal = 0;
    let hits = 0;
    for (let place = 0; place < k; place++) {
      const discount = Math.LN2 / Math.log(place + 2);
      const isHit = place < ranked.length && wanted.includes(ranked[place]!);
      if (isHit) gain += discount;
      if (isHit) hits += 1;
      if (place < wanted.length) ideal += discount;
    }
    result[`ndcg@${k}`] = gain / ideal;
    result[`recall@${k}`] = hits / wanted.length;
    const place = ranked.slice(0, k).findIndex((item) => wanted.includes(item));
    result[`mrr@${k}`] = place < 0 ? 0 : 1 / (place + 1);
  }
  return result;
}

test('agrees with the definitions written out place by place', () => {
  fc.assert(
    fc.property(ranking, relevant, (ranked, wanted) => {
      const found = named(ranked, wanted);
      const expected = byDefinition(ranked, wanted);
      expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted());
      for (const name of QUALITY_METRICS) expect(Math.abs(found[name]! - expected[name]!)).toBeLessThan(1e-9);
      expect(ndcgAt20(ranked, new Set(wanted))).toBe(found['ndcg@20']);
      expect(recallAt20(ranked, new Set(wanted))).toBe(found['recall@20']);
    }),
  );
});

test('a ranking that begins with all that is relevant is perfect but for recall that k cuts', () => {
  fc.assert(
    fc.property(relevant, ranking, (wanted, others) => {
      const perfect = [...wanted, ...others.filter((item) => !wanted.includes(item))];
      const found = named(perfect, wanted);
      for (const name of ['ndcg@10', 'ndcg@50', 'ndcg@100', 'mrr@10']) expect(found[name]).toBeCloseTo(1, 12);
      expect(found['recall@10']).toBeCloseTo(Math.min(10, wanted.length) / wanted.length, 12);
    }),
  );
});

test('a hit in the second place of two is worth 1 / log2 3', () => {
  expect(named([1, 2], [2])).toMatchObject({ 'ndcg@10': 1 / Math.log2(3), 'mrr@10': 0.5 });
});

test('nothing found is nothing', () => {
  for (const value of qualityOf([], new Set(['a']))) expect(value).toBe(0);
});

test('Gini is half the mean difference of two items over the mean', () => {
  fc.assert(
    fc.property(
      counts.filter((given) => given.some((count) => count > 0)),
      (given) => {
        const mean = given.reduce((sum, count) => sum + count, 0) / given.length;
        let differences = 0;
        for (const left of given) for (const right of given) differences += Math.abs(left - right);
        expect(Math.abs(giniOf(given) - differences / given.length ** 2 / (2 * mean))).toBeLessThan(1e-9);
      },
    ),
  );
});

test('coverage counts items that were shown at all', () => {
  expect(coverageOf([3, 0, 1, 0])).toBe(0.5);
});

test('diversity of a list is the mean over its pairs, one by one', () => {
  const coordinate = fc.integer({ min: -100, max: 100 });
  const vector = fc.array(coordinate, { minLength: 6, maxLength: 6 }).filter((values) => values.some((v) => v !== 0));
  fc.assert(
    fc.property(fc.array(vector, { minLength: 2, maxLength: 12 }), (given) => {
      const unit = given.map((values) => Float32Array.from(values, (value) => value / Math.hypot(...values)));
      const distances: number[] = [];
      for (let i = 0; i < unit.length; i++) {
        for (let j = 0; j < i; j++) distances.push(1 - unit[i]!.reduce((sum, v, d) => sum + v * unit[j]![d]!, 0));
      }
      const expected = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
      expect(Math.abs(listDiversity(unit)! - expected)).toBeLessThan(1e-9);
    }),
  );
  expect(listDiversity([Float32Array.of(1, 0)])).toBeUndefined();
  expect(listDiversity([Float32Array.of(1, 0), Float32Array.of(0, 1)])).toBe(1);
});

test('novelty is the mean of the bits that each item is worth, one that nobody knows as if one did', () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 50, max: 1_000 }), (given, users) => {
      const product = given.reduce((log, count) => log + Math.log(users) - Math.log(count === 0 ? 1 : count), 0);
      expect(Math.abs(noveltyOf(given, users) - product / Math.LN2 / given.length)).toBeLessThan(1e-9);
    }),
  );
  expect(noveltyOf([1, 4], 16)).toBe(3);
});

test('popularity lift is above 1 where what is shown is more popular than what the user knows', () => {
  fc.assert(
    fc.property(counts, counts, (shown, history) => {
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      const lift = popularityLift(shown, history);
      if (sum(history) === 0) expect(lift).toBeUndefined();
      else expect(Math.abs(lift! - (sum(shown) * history.length) / (sum(history) * shown.length))).toBeLessThan(1e-9);
    }),
  );
  expect(popularityLift([6, 2], [2])).toBe(2);
  expect(popularityLift([6], [])).toBeUndefined();
});
