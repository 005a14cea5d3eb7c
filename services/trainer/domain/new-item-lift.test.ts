import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';
import { seededRandom } from '@kindred/shared/random';
import { expect, test } from 'vitest';
import { LOSS_MAX, type NewItemLift, newItemLift, type ScoredList } from './new-item-lift.ts';

const ITEMS = 200;
const hidden = Uint8Array.from({ length: ITEMS }, (_, item) => (item % 10 === 0 ? 1 : 0));
/** What few know borrows in part. */
const share = Float32Array.from(hidden, (isHidden, item) => (isHidden === 1 ? 1 : item % 10 === 1 ? 0.02 : 0));

/** Scores say something of what is liked; new items score lower by `behind`, and by `slope` the more is liked. */
function lists(seed: number, behind: number, slope = 0): readonly ScoredList[] {
  const random = seededRandom(seed);
  return Array.from({ length: 400 }, () => {
    const items = Array.from({ length: ITEMS }, (_, item) => item);
    const liked = new Set(items.filter(() => random() < 0.05).concat(1));
    const logHistory = 2 * random() - 1;
    const lowered = behind + slope * logHistory;
    const scores = items.map((item) => 3 * random() + (liked.has(item) ? 2 : 0) - (hidden[item] === 1 ? lowered : 0));
    return { items, scores, liked, logHistory, weight: 1 + 2 * random() };
  });
}

/** What the lift costs those who liked items that are not new, and what it finds of the new ones, by sorting whole lists. */
function effectOf(given: readonly ScoredList[], { add, byHistory }: NewItemLift): { loss: number; found: number } {
  const sums = { with: [0, 0], without: [0, 0] };
  let found = 0;
  for (const { items, scores, liked, logHistory, weight } of given) {
    const known = new Set([...liked].filter((item) => hidden[item] === 0));
    const lifted = (item: number): number => scores[item]! + (add + byHistory * logHistory) * share[item]!;
    const ranked = [...items].sort((a, b) => lifted(b) - lifted(a) || a - b);
    const likedNew = [...liked].filter((item) => hidden[item] === 1);
    if (likedNew.length > 0) found += weight * recallAt20(ranked, new Set(likedNew));
    for (const [name, list] of [
      ['with', ranked],
      ['without', items.filter((item) => hidden[item] === 0).sort((a, b) => scores[b]! - scores[a]! || a - b)],
    ] as const) {
      sums[name][0]! += weight * ndcgAt20(list, known);
      sums[name][1]! += weight * recallAt20(list, known);
    }
  }
  return { loss: Math.max(...sums.with.map((sum, metric) => 1 - sum / sums.without[metric]!)), found };
}

test('new items are lifted as far as the loss of all others allows, and lowered where they cost more', () => {
  for (const [behind, isRaised] of [
    [3, true],
    [-3, false],
  ] as const) {
    const given = lists(11, behind);
    const lift = newItemLift(given, hidden, share);
    expect(lift.add > 0).toBe(isRaised);
    const { loss, found } = effectOf(given, lift);
    expect(loss).toBeLessThanOrEqual(LOSS_MAX);
    expect(effectOf(given, { ...lift, add: lift.add + 0.05 }).loss).toBeGreaterThan(LOSS_MAX);
    // No lift alike for all that costs as little finds more.
    for (let add = -6; add < 6; add += 0.1) {
      const other = effectOf(given, { add, byHistory: 0 });
      if (other.loss <= LOSS_MAX) expect(other.found).toBeLessThanOrEqual(found + 1);
    }
  }
});

test('users whose new items score too low for their history get them lifted further', () => {
  for (const slope of [0.6, -0.4]) {
    const { byHistory } = newItemLift(lists(13, 2, slope), hidden, share);
    expect(Math.sign(byHistory)).toBe(Math.sign(slope));
  }
});

test('without new items nothing is lifted', () => {
  expect(newItemLift(lists(12, 0), new Uint8Array(ITEMS), share)).toEqual({ add: 0, byHistory: 0 });
});
