import { expect, test } from 'vitest';
import { importCommand } from './import.ts';
import { parse } from './test-parse.ts';

test('reads a path and a catalog in any order, and whether the result is to be JSON', async () => {
  const called = async (...words: string[]) => (await parse(importCommand, ['import', ...words])).called;
  expect(await called('books.csv')).toEqual([{ path: 'books.csv', catalog: undefined }, false]);
  expect(await called('--catalog', 'books', 'b.csv')).toEqual([{ path: 'b.csv', catalog: 'books' }, false]);
  expect(await called('b.csv', '--json', '--catalog=books')).toEqual([{ path: 'b.csv', catalog: 'books' }, true]);
});

test.each([
  [[], /missing required argument 'path'/],
  [[''], /must not be empty/],
  [['a.csv', 'b.csv'], /too many arguments/],
  [['--fast', 'a.csv'], /unknown option '--fast'/],
  [['--catlog', 'a', 'a.csv'], /Did you mean --catalog\?/],
  [['a.csv', '--catalog'], /argument missing/],
  [['a.csv', '--catalog', 'A b'], /must be 1 to 63 of/],
])('refuses %j with the usage', async (words, message) => {
  const { called, stderr, exitCode } = await parse(importCommand, ['import', ...words]);
  expect(called).toBeUndefined();
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/Usage: kindred import \[options\] <path>/);
});
