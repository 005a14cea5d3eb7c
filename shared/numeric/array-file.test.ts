import { expect, test } from 'vitest';
import { decodeArrayFile, encodeArrayFile } from './array-file.ts';

const file = {
  about: { version: 3, text: 'ä' },
  arrays: {
    numbers: Int32Array.of(1, -2, 3),
    values: Float32Array.of(0.5, -1.25),
    none: new Float32Array(0),
    bytes: Uint8Array.of(255, 0, 7),
  },
};

test('what was written is read back, whatever the arrays', () => {
  expect(decodeArrayFile(encodeArrayFile(file))).toEqual(file);
});

test('other bytes, and a file that was cut anywhere, are refused', () => {
  const bytes = encodeArrayFile(file);
  expect(() => decodeArrayFile(new Uint8Array(0))).toThrow('no array file');
  expect(() => decodeArrayFile(new Uint8Array(100))).toThrow('no array file');
  // The last array ends within its last 8 bytes.
  for (let length = 0; length < bytes.length - 5; length++)
    expect(() => decodeArrayFile(bytes.slice(0, length))).toThrow();
});
