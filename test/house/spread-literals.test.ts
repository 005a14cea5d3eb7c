import { expect, test } from 'vitest';
import { parseSource } from './source-file.ts';
import { spreadLiterals } from './spread-literals.ts';

const lines = (text: string) => spreadLiterals(parseSource('shared/any.ts', text)).map(({ line }) => line);

test('finds object literals that are spread where they are written', () => {
  expect(lines('const a = {\n  ...{ b, c },\n  d: f({\n    ...{\n      e,\n    },\n  }),\n};')).toEqual([2, 4]);
});

test('leaves spread values and spread conditions alone', () => {
  expect(lines("const a = { ...b, ...(c && { d }), ...(e ? { f } : {}), g: '...{ h }' };")).toEqual([]);
});
