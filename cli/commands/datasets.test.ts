import { expect, test } from 'vitest';
import { CommandError } from '../command-error.ts';
import { readCommandLine, USAGE } from './datasets.ts';

test('reads a public source and where to', () => {
  expect(readCommandLine(['prepare', 'goodbooks', 'files'])).toEqual({
    source: { kind: 'goodbooks' },
    folder: 'files',
    out: undefined,
    name: undefined,
  });
  expect(readCommandLine(['prepare', '--out', 'to', 'movielens', 'ml-1m', '--name', 'ml-1m'])).toEqual({
    source: { kind: 'movielens' },
    folder: 'ml-1m',
    out: 'to',
    name: 'ml-1m',
  });
});

const CSV = ['prepare', 'csv', '.', '--interactions', 'plays.csv', '--user', 'who', '--item', 'song'];

test('reads what the tables of a user call their columns', () => {
  const further = ['--value', 'stars', '--positive', '3.5', '--at', 'when', '--licence', 'ours', '--cold-items'];
  const items = ['--items', 'songs.tsv', '--title', 'name', '--id', 'key', '--created-at', 'out', '--attribute', 'bpm'];
  expect(readCommandLine([...CSV, ...further, ...items, '--attribute', 'label'])).toMatchObject({
    source: {
      kind: 'csv',
      options: {
        interactions: 'plays.csv',
        columns: { user: 'who', item: 'song', value: 'stars', at: 'when' },
        positiveFrom: 3.5,
        licence: 'ours',
        items: {
          file: 'songs.tsv',
          isColdWanted: true,
          columns: [
            { field: 'id', column: 'key' },
            { field: 'title', column: 'name' },
            { field: 'createdAt', column: 'out' },
            { field: 'attributes.bpm', column: 'bpm' },
            { field: 'attributes.label', column: 'label' },
          ],
        },
      },
    },
  });
  expect(readCommandLine(CSV)).toMatchObject({ source: { options: { positiveFrom: 1, items: undefined } } });
});

test('gives help', () => {
  expect(readCommandLine(['--help'])).toBe('help');
});

test.each([
  [[], /say what to do/],
  [['list'], /say what to do/],
  [['prepare'], /say what to prepare/],
  [['prepare', 'netflix', '.'], /goodbooks, movielens or csv/],
  [['prepare', 'goodbooks'], /in which folder/],
  [['prepare', 'goodbooks', 'a', 'b'], /one folder/],
  [['prepare', 'goodbooks', '.', '--user', 'u', '--at', 't'], /goodbooks has no option --user, --at/],
  [['prepare', 'goodbooks', '.', '--name', 'Good Books'], /--name must be 1 to 63 of/],
  [['prepare', 'csv', '.', '--user', 'u'], /csv needs --interactions, --user and --item/],
  [[...CSV, '--value', 'stars'], /--value needs --positive/],
  [[...CSV, '--value', 'stars', '--positive', 'high'], /--value needs --positive with a number/],
  [[...CSV, '--positive', '4'], /--positive needs --value/],
  [[...CSV, '--items', 'songs.csv'], /--items needs --id/],
  [[...CSV, '--title', 'name'], /need --items/],
  [[...CSV, '--cold-items'], /need --items/],
  [[...CSV, '--fast'], /--fast/],
])('refuses %j with the usage', (words, message) => {
  const reading = (): unknown => readCommandLine(words);
  expect(reading).toThrow(CommandError);
  expect(reading).toThrow(message);
  expect(reading).toThrow(USAGE);
});
