import { expect, test } from 'vitest';
import { CommandError } from '../command-error.ts';
import { readCommandLine } from './import.ts';

test('reads a path and a catalog in any order', () => {
  expect(readCommandLine(['books.csv'])).toEqual({ path: 'books.csv', catalog: undefined });
  expect(readCommandLine(['--catalog', 'books', 'b.csv'])).toEqual({ path: 'b.csv', catalog: 'books' });
  expect(readCommandLine(['b.csv', '--catalog=books'])).toEqual({ path: 'b.csv', catalog: 'books' });
});

test('gives help', () => {
  expect(readCommandLine(['--help'])).toBe('help');
});

test.each([
  [[]],
  [['']],
  [['a.csv', 'b.csv']],
  [['--fast', 'a.csv']],
  [['a.csv', '--catalog']],
  [['a.csv', '--catalog', 'A b']],
])('refuses %j with the usage', (words) => {
  expect(() => readCommandLine(words)).toThrow(CommandError);
  expect(() => readCommandLine(words)).toThrow(/usage: npm run import/);
});
