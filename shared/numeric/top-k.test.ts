import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopK } from './top-k.ts';

/** Few different keys, so that ties are common. */
const keys = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NEGATIVE_INFINITY)), {
  maxLength: 60,
});
const counts = fc.integer({ min: 1, max: 20 });

test('chooses what sorting would, ties by index, again and again', () => {
  fc.assert(
    fc.property(keys, keys, counts, (first, second, count) => {
      const top = new TopK(count);
      for (const given of [first, second]) {
        for (const [index, key] of given.entries()) top.offer(index, key);
        const sorted = [...given.keys()].sort((a, b) => (given[a] === given[b] ? a - b : given[b]! - given[a]!));
        expect([...top.take()]).toEqual(sorted.slice(0, count));
      }
    }),
  );
});

test('chooses what sorting would by any order of ties, in whatever order entries come', () => {
  const entries = keys.chain((given) => fc.tuple(fc.constant(given), shuffledIndices(given.length), ranksOf(given)));
  fc.assert(
    fc.property(entries, counts, ([given, order, ranks], count) => {
      const compareTies = (left: number, right: number): number => ranks[left]! - ranks[right]!;
      const top = new TopK(count, compareTies);
      for (const index of order) top.offer(index, given[index]!);
      const sorted = [...given.keys()].sort((a, b) =>
        given[a] === given[b] ? compareTies(a, b) : given[b]! - given[a]!,
      );
      const chosen = sorted.slice(0, count).map((index) => ({ index, key: given[index]! }));
      expect(top.isFull).toBe(given.length >= count);
      expect(top.worst).toBe(top.isFull ? chosen.at(-1)!.key : Number.NEGATIVE_INFINITY);
      expect(top.takeEntries()).toEqual(chosen);
      expect([top.isFull, top.worst]).toEqual([false, Number.NEGATIVE_INFINITY]);
    }),
  );
});

function shuffledIndices(length: number): fc.Arbitrary<readonly number[]> {
  const indices = Array.from({ length }, (_, index) => index);
  return fc.shuffledSubarray(indices, { minLength: length });
}

/** Another total order of the indices. */
function ranksOf(given: readonly number[]): fc.Arbitrary<readonly number[]> {
  return shuffledIndices(given.length);
}
