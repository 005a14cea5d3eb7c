import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';
import { seededRandom } from '@kindred/shared/numeric/random';
import { expect, test } from 'vitest';
import { LOSS_MAX, newItemLift, type ScoredList } from './new-item-lift.ts';

const ITEMS = 200;
const hidden = Uint8Array.from({ length: ITEMS }, (_, item) => (item % 10 === 0 ? 1 : 0));
const share = Float32Array.from(hidden);

/** Scores say something of what is liked; new items score lower by `behind`. */
function lists(seed: number, behind: number): readonly ScoredList[] {
  const random = seededRandom(seed);
  return Array.from({ length: 400 }, () => {
    const items = Array.from({ length: ITEMS }, (_, item) => item);
    const liked = new Set(items.filter(() => random() < 0.05).concat(1));
    const scores = items.map((item) => 3 * random() + (liked.has(item) ? 2 : 0) - (hidden[item] === 1 ? behind : 0));
    return { items, scores, liked };
  });
}

/** What the lift costs those who liked items that are not new, by sorting whole lists. */
function lossOf(given: readonly ScoredList[], lift: number): number {
  const sums = { with: [0, 0], without: [0, 0] };
  for (const { items, scores, liked } of given) {
    const known = new Set([...liked].filter((item) => hidden[item] === 0));
    const lifted = (item: number): number => scores[item]! + lift * share[item]!;
    const ranked = [...items].sort((a, b) => lifted(b) - lifted(a) || a - b);
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

test('new items are lifted as far as the loss of all others allows, and lowered where they cost more', () => {
  for (const [behind, isRaised] of [
    [3, true],
    [-3, false],
  ] as const) {
    const given = lists(11, behind);
    const lift = newItemLift(given, hidden, share);
    expect(lift > 0).toBe(isRaised);
    expect(lossOf(given, lift)).toBeLessThanOrEqual(LOSS_MAX);
    expect(lossOf(given, lift + 0.05)).toBeGreaterThan(LOSS_MAX);
  }
});

test('without new items nothing is lifted', () => {
  expect(newItemLift(lists(12, 0), new Uint8Array(ITEMS), share)).toBe(0);
});
