import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';
import { seededRandom } from '@kindred/shared/numeric/random';
import { expect, test } from 'vitest';
import { coldStartBoost, LOSS_MAX, type ScoredList } from './cold-start-boost.ts';

const ITEMS = 200;
const hidden = Uint8Array.from({ length: ITEMS }, (_, item) => (item % 10 === 0 ? 1 : 0));
const share = Float32Array.from(hidden);

/** Lists whose scores tell something of the targets; new items score lower by `behind`. */
function lists(seed: number, behind: number): readonly ScoredList[] {
  const random = seededRandom(seed);
  return Array.from({ length: 400 }, () => {
    const items = Array.from({ length: ITEMS }, (_, item) => item);
    const targets = new Set(items.filter(() => random() < 0.05).concat(1));
    const scores = items.map((item) => 3 * random() + (targets.has(item) ? 2 : 0) - (hidden[item] === 1 ? behind : 0));
    return { items: Int32Array.from(items), scores, targets };
  });
}

/** Loss that the boost causes on items that are not new, by sorting whole lists. */
function lossOf(given: readonly ScoredList[], boost: number): number {
  const sums = { with: [0, 0], without: [0, 0] };
  for (const { items, scores, targets } of given) {
    const known = new Set([...targets].filter((item) => hidden[item] === 0));
    const boosted = (item: number): number => scores[item]! + boost * share[item]!;
    const ranked = [...items].sort((a, b) => boosted(b) - boosted(a) || a - b);
    for (const [name, list] of [
      ['with', ranked],
      ['without', ranked.filter((item) => hidden[item] === 0)],
    ] as const) {
      sums[name][0]! += ndcgAt20(list, known);
      sums[name][1]! += recallAt20(list, known);
    }
  }
  return Math.max(...sums.with.map((sum, metric) => 1 - sum / sums.without[metric]!));
}

test('new items are boosted as far as the loss of all others allows, and lowered where they cost more', () => {
  for (const [behind, isRaised] of [
    [3, true],
    [-3, false],
  ] as const) {
    const given = lists(11, behind);
    const boost = coldStartBoost(given, hidden, share);
    expect(boost > 0).toBe(isRaised);
    expect(lossOf(given, boost)).toBeLessThanOrEqual(LOSS_MAX);
    expect(lossOf(given, boost + 0.05)).toBeGreaterThan(LOSS_MAX);
  }
});

test('without new items nothing is boosted', () => {
  expect(coldStartBoost(lists(12, 0), new Uint8Array(ITEMS), share)).toBe(0);
});
