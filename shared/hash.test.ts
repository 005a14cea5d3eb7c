import { expect, test } from 'vitest';
import { sha256, sha256Bytes } from './hash.ts';

test('hashes the UTF-8 of a text as the bytes themselves, to the digits that FIPS 180-2 publishes', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('ä')).toBe(sha256(Buffer.from([0xc3, 0xa4])));
  expect(sha256Bytes('abc').toString('hex')).toBe(sha256('abc'));
});
