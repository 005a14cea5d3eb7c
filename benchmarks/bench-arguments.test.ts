import { Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { declareBench, readArguments } from './bench-arguments.ts';

test('a question alone takes the defaults', () => {
  expect(readArguments(['ranking'])).toEqual({
    question: 'ranking',
    data: undefined,
    isAll: false,
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
  expect(readArguments(['ranking', '--all'])).toMatchObject({ isAll: true, data: undefined });
  const some = readArguments(['ranking', '--contender', 'ease', '--no-new-items', '--contender', 'popular']);
  expect(some).toMatchObject({ contenders: ['ease', 'popular'], hasNewItems: false });
});

test.each([
  [[], /missing required argument 'question'/],
  [['speed'], /choices are embedding, ann, ranking, serving, freshness, diversity, new-items/],
  [['ann', 'ranking'], /too many arguments/],
  [['ann', '--users', '5'], /belong to ranking and new-items/],
  [['new-items', '--catalog', 'shop'], /belong to ranking/],
  [['serving', '--contender', 'ease'], /belong to ranking/],
  [['ann', '--no-new-items'], /belong to ranking/],
  [['ranking', '--catalog', 'shop', '--data', 'goodbooks'], /takes the place of --data/],
  [['ranking', '--catalog', 'shop', '--validate'], /has no meaning there/],
  [['ann', '--all'], /belong to ranking/],
  [['ranking', '--all', '--data', 'goodbooks'], /takes the place of --data/],
  [['ranking', '--all', '--out', 'file.json'], /--out has no meaning there/],
  [['freshness', '--data', 'goodbooks'], /makes its own data/],
  [['ranking', '--users', '0'], /'--users <number>' argument '0' is invalid. It must be a whole number from 1/],
  [['ranking', '--seed', '1e3'], /'--seed <number>' argument '1e3' is invalid. It must be a whole number from 0/],
  [['ranking', '--fast'], /unknown option '--fast'/],
])('%j is refused with the usage', (words, reason) => {
  expect(() => readArguments(words)).toThrow(CommanderError);
  const said: string[] = [];
  const program = new Command().exitOverride().showHelpAfterError();
  program.configureOutput({ writeErr: (text) => void said.push(text) });
  declareBench(program, () => {});
  expect(() => program.parse(['bench', ...words], { from: 'user' })).toThrow(CommanderError);
  expect(said.join('')).toMatch(reason);
  expect(said.join('')).toMatch(/Usage: .*bench \[options\] <question>/);
});
