import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverageOf, giniOf, USER_METRICS, userMetrics } from './ranking-metrics.ts';

const ranking = fc.uniqueArray(fc.integer({ min: 0, max: 150 }), { maxLength: 120 });
const relevant = fc.uniqueArray(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 40 });

/** The definitions written out place by place, over a list padded with misses. */
function byDefinition(ranked: readonly number[], wanted: readonly number[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const k of [10, 20, 100]) {
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
    result[`nDCG@${k}`] = gain / ideal;
    result[`recall@${k}`] = hits / wanted.length;
  }
  const place = ranked.slice(0, 10).findIndex((item) => wanted.includes(item));
  result['MRR@10'] = place < 0 ? 0 : 1 / (place + 1);
  return result;
}

test('agrees with the definitions written out place by place', () => {
  fc.assert(
    fc.property(ranking, relevant, (ranked, wanted) => {
      const found = userMetrics(ranked, new Set(wanted));
      const expected = byDefinition(ranked, wanted);
      for (const name of USER_METRICS) expect(Math.abs(found[name] - expected[name]!)).toBeLessThan(1e-9);
    }),
  );
});

test('a ranking that begins with all that is relevant is perfect but for recall that k cuts', () => {
  fc.assert(
    fc.property(relevant, ranking, (wanted, others) => {
      const perfect = [...wanted, ...others.filter((item) => !wanted.includes(item))];
      const found = userMetrics(perfect, new Set(wanted));
      for (const name of ['nDCG@10', 'nDCG@20', 'nDCG@100', 'MRR@10'] as const) expect(found[name]).toBeCloseTo(1, 12);
      expect(found['recall@10']).toBeCloseTo(Math.min(10, wanted.length) / wanted.length, 12);
    }),
  );
});

test('a hit in the second place of two is worth 1 / log2 3', () => {
  expect(userMetrics(['a', 'b'], new Set(['b']))).toMatchObject({ 'nDCG@10': 1 / Math.log2(3), 'MRR@10': 0.5 });
});

test('nothing found is nothing', () => {
  for (const value of Object.values(userMetrics([], new Set(['a'])))) expect(value).toBe(0);
});

test('Gini is half the mean difference of two items over the mean', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      counts.filter((given) => given.some((count) => count > 0)),
      (given) => {
        const mean = given.reduce((sum, count) => sum + count, 0) / given.length;
        let differences = 0;
        for (const left of given) for (const right of given) differences += Math.abs(left - right);
        expect(giniOf(given)).toBeCloseTo(differences / given.length ** 2 / (2 * mean), 9);
      },
    ),
  );
});

test('coverage counts items that were shown at all', () => {
  expect(coverageOf([3, 0, 1, 0])).toBe(0.5);
});
