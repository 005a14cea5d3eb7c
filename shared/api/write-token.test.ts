import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterSchema, decodeToken, encodeToken } from './write-token.ts';

test('a token says again what it was made from, and has the documented form', () => {
  const token = fc.record(
    {
      change: fc.nat(),
      log: fc.string({ unit: fc.constantFrom('a', '.', 'é', '🦉'), maxLength: 20 }),
      offsets: fc.dictionary(fc.nat({ max: 500 }).map(String), fc.nat(Number.MAX_SAFE_INTEGER), { maxKeys: 20 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(token, (given) => {
      const text = afterSchema.parse(encodeToken(given));
      expect(decodeToken(text)).toEqual(given);
    }),
  );
});

test('any other text is refused', () => {
  for (const text of ['', '!!!', 'a b', 'a=', 'x'.repeat(4_097)])
    expect(afterSchema.safeParse(text).success).toBe(false);
  const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = [
    json({ change: -1 }),
    json({ change: 1.5 }),
    json({ more: 1 }),
    json([]),
    json({ offsets: { x: 1 } }),
  ];
  for (const text of ['AAAA', 'bnVsbA', ...forged]) {
    expect(() => decodeToken(text)).toThrow(expect.objectContaining({ code: 'invalid-token' }));
  }
});
