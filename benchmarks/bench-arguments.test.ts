import { expect, test } from 'vitest';
import { readArguments, UsageError } from './bench-arguments.ts';

test('a question alone takes the defaults', () => {
  expect(readArguments(['ranking'])).toEqual({
    question: 'ranking',
    data: undefined,
    out: undefined,
    seed: 20_240_607,
    users: undefined,
    isValidation: false,
    catalog: undefined,
    contenders: [],
    hasNewItems: true,
  });
});

test('options are read wherever they stand', () => {
  const read = readArguments(['--users', '500', 'ranking', '--validate', '--data', 'pinterest', '--seed', '7']);
  expect(read).toMatchObject({ users: 500, isValidation: true, data: 'pinterest', seed: 7 });
  expect(readArguments(['new-items', '--users', '9'])).toMatchObject({ question: 'new-items', users: 9 });
  const some = readArguments(['ranking', '--contender', 'ease', '--no-new-items', '--contender', 'popular']);
  expect(some).toMatchObject({ contenders: ['ease', 'popular'], hasNewItems: false });
});

test.each([
  [[], /must be one of embedding, ann, ranking, serving, freshness, diversity, new-items/],
  [['speed'], /must be one of/],
  [['ann', 'ranking'], /must be one of/],
  [['ann', '--users', '5'], /belong to ranking and new-items/],
  [['new-items', '--catalog', 'shop'], /belong to ranking/],
  [['serving', '--contender', 'ease'], /belong to ranking/],
  [['ranking', '--catalog', 'shop', '--data', 'goodbooks'], /takes the place of --data/],
  [['freshness', '--data', 'goodbooks'], /makes its own data/],
  [['ranking', '--users', '0'], /--users must be/],
  [['ranking', '--seed', '1e3'], /--seed must be/],
  [['ranking', '--fast'], /--fast/],
])('%j is refused with the usage', (words, reason) => {
  expect(() => readArguments(words)).toThrow(UsageError);
  expect(() => readArguments(words)).toThrow(reason);
  expect(() => readArguments(words)).toThrow(/usage: npm run bench/);
});
