import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { compareIds, itemIdSchema } from './id.ts';

const documentedSchema = z.object({
  override: z.object({ pattern: z.string(), not: z.object({ enum: z.array(z.string()) }) }),
});

const isTaken = (id: string): boolean => itemIdSchema.safeParse(id).success;

describe('an id', () => {
  test('is taken as it is, spaces within it and around it included', () => {
    for (const id of ['a', ' a', 'a b', '007', '...', 'ü', '🦉', 'a'.repeat(256), 'é'.repeat(128)]) {
      expect(itemIdSchema.parse(id)).toBe(id);
    }
  });

  test.each<[string, string]>([
    ['nothing', ''],
    ['a space', ' '],
    ['spaces of other kinds', '\u00a0\u2003\u3000'],
    ['a byte order mark', '\ufeff'],
    ['a dot', '.'],
    ['two dots', '..'],
    ['a control character', 'a\u0001'],
    ['a line end', 'a\n'],
    ['a lone surrogate', 'a\ud800'],
    ['257 bytes', 'a'.repeat(257)],
    ['258 bytes of 129 characters', 'é'.repeat(129)],
  ])('is refused when it is %s', (_name, id) => {
    expect(isTaken(id)).toBe(false);
  });

  test('is of the documented form exactly when it is taken, up to its length in bytes', () => {
    const { override } = documentedSchema.parse(itemIdSchema.meta());
    const documented = new RegExp(override.pattern);
    const piece = fc.constantFrom('a', '.', ' ', '\u00a0', '\ufeff', '\u2028', '\n', '\0', '\u0085', 'é', '🦉');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const id = pieces.join('');
        expect(isTaken(id)).toBe(documented.test(id) && !override.not.enum.includes(id));
      }),
      { numRuns: 2_000 },
    );
  });
});

test('ids are ordered as their UTF-8 bytes are', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uff21', '\u{1f600}'), maxLength: 5 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareIds(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
  );
});
