import type { ItemId } from '@kindred/shared/id';
import { seededRandom } from '@kindred/shared/numeric/random';
import { normalise } from '@kindred/shared/numeric/vector';
import { expect, test } from 'vitest';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import { chooseDiversity, type PartedList } from './diversity-choice.ts';

const ITEMS = 60;
const USERS = 300;
const DIMENSIONS = 8;
const ids = Array.from({ length: ITEMS }, (_, item) => `item-${item}` as ItemId);

/** Users whose score tells the order of their likes; two items of the same `kindOf` are equal in content. */
function choiceFor(kindOf: (item: number) => number): number {
  const random = seededRandom(17);
  const kinds = Array.from({ length: ITEMS }, () => {
    const vector = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
    return normalise(vector);
  });
  const vectors = new Float32Array(ITEMS * DIMENSIONS);
  for (let item = 0; item < ITEMS; item++) vectors.set(kinds[kindOf(item)]!, item * DIMENSIONS);
  const lists: PartedList[] = [];
  const users = Array.from({ length: USERS }, (_, user): JudgedUser => {
    const items = Int32Array.from({ length: ITEMS }, (_item, item) => item);
    const parts = Array.from(items, () => Float64Array.of(random(), random()));
    const scores = parts.map((of) => of[0]! + of[1]!);
    const best = [...items].sort((a, b) => scores[b]! - scores[a]!).slice(0, 12);
    lists.push({ items, parts });
    return {
      user,
      history: [],
      likedCount: 1,
      masked: new Set(),
      targets: new Set(best),
      gains: new Map(best.map((item) => [item, 1])),
    };
  });
  return chooseDiversity(users, { items: ids, embeddings: { dimensions: DIMENSIONS, vectors } }, (u) => lists[u]!);
}

test('diversity that only moves good items down is not chosen', () => {
  // Every item is like a third of all others, and likes do not care.
  expect(choiceFor((item) => item % 3)).toBeLessThan(0.1);
});

test('without embeddings the default stays, as it changes nothing', () => {
  expect(
    chooseDiversity([], { items: ids, embeddings: undefined }, () => ({ items: new Int32Array(0), parts: [] })),
  ).toBe(0.1);
});

test('diversity that changes no slate costs nothing', () => {
  const vectors = new Float32Array(ITEMS * DIMENSIONS);
  const user = {
    user: 0,
    history: [],
    likedCount: 1,
    masked: new Set<number>(),
    targets: new Set([1]),
    gains: new Map(),
  };
  const list = { items: Int32Array.of(1, 2), parts: [Float64Array.of(1), Float64Array.of(0.5)] };
  expect(chooseDiversity([user], { items: ids, embeddings: { dimensions: DIMENSIONS, vectors } }, () => list)).toBe(
    0.1,
  );
});
