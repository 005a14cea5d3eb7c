import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopK } from './top-k.ts';

test('chooses what sorting would, ties by index, again and again', () => {
  const keys = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NEGATIVE_INFINITY)), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(keys, keys, fc.integer({ min: 1, max: 20 }), (first, second, count) => {
      const top = new TopK(count);
      for (const given of [first, second]) {
        for (const [index, key] of given.entries()) top.offer(index, key);
        const sorted = [...given.keys()].sort((a, b) => (given[a] === given[b] ? a - b : given[b]! - given[a]!));
        expect([...top.take()]).toEqual(sorted.slice(0, count));
      }
    }),
  );
});
