import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOrdered, stableHash } from './stable-hash.ts';

test('a hash is the same everywhere and lies in [0, 1)', () => {
  expect(stableHash('kindred')).toBeCloseTo(0x340512 / 16 ** 6, 6);
  fc.assert(fc.property(fc.string(), (text) => stableHash(text) >= 0 && stableHash(text) < 1));
});

test('the order depends on the keys and the salt, not on the order of input', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), (keys) => {
      const ordered = hashOrdered(keys, (key) => key, 1);
      expect(hashOrdered(keys.toReversed(), (key) => key, 1)).toEqual(ordered);
      expect([...ordered].sort()).toEqual([...keys].sort());
    }),
  );
  const many = Array.from({ length: 50 }, (_, i) => `${i}`);
  expect(hashOrdered(many, (key) => key, 1)).not.toEqual(hashOrdered(many, (key) => key, 2));
});
