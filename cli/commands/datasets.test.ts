import { expect, test } from 'vitest';
import { datasetsCommand } from './datasets.ts';
import { parse } from './test-parse.ts';

const called = async (words: readonly string[]) => (await parse(datasetsCommand, ['datasets', ...words])).called;

test('reads a public source and where to', async () => {
  expect(await called(['prepare', 'goodbooks', 'files'])).toEqual([
    { source: { kind: 'goodbooks' }, folder: 'files', out: undefined, name: undefined },
    false,
  ]);
  expect(await called(['prepare', '--out', 'to', 'movielens', 'ml-1m', '--name', 'ml-1m', '--json'])).toEqual([
    { source: { kind: 'movielens' }, folder: 'ml-1m', out: 'to', name: 'ml-1m' },
    true,
  ]);
});

const CSV = ['prepare', 'csv', '.', '--interactions', 'plays.csv', '--user', 'who', '--item', 'song'];

test('reads what the tables of a user call their columns', async () => {
  const further = ['--value', 'stars', '--positive', '3.5', '--at', 'when', '--licence', 'ours', '--cold-items'];
  const items = ['--items', 'songs.tsv', '--title', 'name', '--id', 'key', '--created-at', 'out', '--attribute', 'bpm'];
  expect(await called([...CSV, ...further, ...items, '--attribute', 'label'])).toMatchObject([
    {
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
    },
    false,
  ]);
  expect(await called(CSV)).toMatchObject([{ source: { options: { positiveFrom: 1, items: undefined } } }, false]);
});

test.each([
  [[], /Usage: kindred datasets/],
  [['list'], /unknown command 'list'/],
  [['prepare'], /missing required argument 'source'/],
  [['prepare', 'netflix', '.'], /choices are goodbooks, movielens, csv/],
  [['prepare', 'goodbooks'], /missing required argument 'folder'/],
  [['prepare', 'goodbooks', 'a', 'b'], /too many arguments/],
  [['prepare', 'goodbooks', '.', '--user', 'u', '--created-at', 't'], /goodbooks has no option --user, --created-at/],
  [['prepare', 'goodbooks', '.', '--name', 'Good Books'], /must be 1 to 63 of/],
  [['prepare', 'csv', '.', '--user', 'u'], /csv needs --interactions, --user and --item/],
  [[...CSV, '--value', 'stars'], /--value needs --positive/],
  [[...CSV, '--value', 'stars', '--positive', 'high'], /--value needs --positive with a number/],
  [[...CSV, '--positive', '4'], /--positive needs --value/],
  [[...CSV, '--items', 'songs.csv'], /--items needs --id/],
  [[...CSV, '--title', 'name'], /need --items/],
  [[...CSV, '--cold-items'], /need --items/],
  [[...CSV, '--fast'], /unknown option '--fast'/],
])('refuses %j with the usage', async (words, message) => {
  const { called: work, stderr, exitCode } = await parse(datasetsCommand, ['datasets', ...words]);
  expect(work).toBeUndefined();
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/Usage: kindred datasets/);
});
