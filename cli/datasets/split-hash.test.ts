import { expect, test } from 'vitest';
import { h32, isColdItem, isTestPair } from './split-hash.ts';

test('is FNV-1a with murmur3’s finaliser', () => {
  expect(h32('gb1:1:258')).toBe(3365878413);
  // The finaliser of FNV-1a's offset basis, and of two bytes of UTF-8.
  expect(h32('')).toBe(finalised(0x811c9dc5n));
  expect(h32('é')).toBe(finalised([0xc3n, 0xa9n].reduce((hash, byte) => times(hash ^ byte, 0x01000193n), 0x811c9dc5n)));
});

test('divides the published edition of goodbooks as it is published', () => {
  const isTest = (pair: string): boolean => isTestPair('gb1', pair.split(' ')[0] ?? '', pair.split(' ')[1] ?? '');
  expect(['1 1180', '1 4893', '1 6285', '2 8034'].map(isTest)).toEqual([false, false, false, false]);
  expect(['4 3273', '5 7487', '7 910', '7 1464'].map(isTest)).toEqual([true, true, true, true]);
  const cold = Array.from({ length: 60 }, (_, index) => String(index + 1)).filter((item) => isColdItem('gb1', item));
  expect(cold).toEqual(['4', '46', '52', '60']);
});

test('takes a fifth of the pairs for the test', () => {
  const pairs = Array.from({ length: 20_000 }, (_, index) => [`u${index % 100}`, `i${index}`] as const);
  const share = pairs.filter(([user, item]) => isTestPair('csv1', user, item)).length / pairs.length;
  expect(share).toBeGreaterThan(0.19);
  expect(share).toBeLessThan(0.21);
});

/** The same in integers of any size. */
function finalised(hash: bigint): number {
  let mixed = times(hash ^ (hash >> 16n), 0x85ebca6bn);
  mixed = times(mixed ^ (mixed >> 13n), 0xc2b2ae35n);
  return Number(mixed ^ (mixed >> 16n));
}

function times(left: bigint, right: bigint): bigint {
  return (left * right) & 0xffffffffn;
}
