import { expect, test } from 'vitest';
import { z } from 'zod';
import { parse } from '../platform/http/parse.ts';
import { recommendationsBodySchema } from './recommendations.ts';

test.each([true, false, 'auto'] as const)('includeSeen takes %s', (includeSeen) => {
  expect(parse(recommendationsBodySchema, { user: 'ann', includeSeen }).includeSeen).toBe(includeSeen);
});

test('seen items stay out by default', () => {
  expect(parse(recommendationsBodySchema, { user: 'ann' }).includeSeen).toBe(false);
});

test.each(['yes', 'true', 'Auto', '', 1, 0, null, [], {}, [true]])('includeSeen refuses %j, by its name', (value) => {
  const reason = 'must be true, false or "auto"';
  expect(() => parse(recommendationsBodySchema, { user: 'ann', includeSeen: value })).toThrow(
    expect.objectContaining({
      code: 'invalid-request',
      message: `includeSeen: ${reason}`,
      fields: [{ field: 'includeSeen', reason }],
    }),
  );
});

test('the reference lists the values of includeSeen', () => {
  const { properties } = z.toJSONSchema(recommendationsBodySchema, { io: 'input' });
  expect(properties?.includeSeen).toMatchObject({
    anyOf: [{ type: 'boolean' }, { type: 'string', const: 'auto' }],
    default: false,
    description: expect.stringContaining('"auto"'),
  });
});
