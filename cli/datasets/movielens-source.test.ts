import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDatasetInfo } from '../dataset-folder/dataset-info.ts';
import { readItems } from '../dataset-folder/dataset-items.ts';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { prepare, rowsOf } from './test-prepare.ts';

const folder = testFolder();

function sourceWith(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(files)) writeTestFile(join(folder, name), file, content);
  return name;
}

async function itemsOf(out: string): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of readItems(join(folder, out))) items.push(item);
  return items;
}

const ITEMS = [
  { id: '1', title: 'Toy Story', categories: ['Animation', "Children's"], attributes: { year: 1995 } },
  { id: '2', title: 'Misérables, Les', categories: ['Drama'], attributes: { year: 1995 } },
  { id: '3', title: 'Babylon 5', categories: ['Sci-Fi'] },
];

/** Ratings a minute apart, the latest first: 18 of users 1 to 4 and films 1 to 3, so that pairs repeat, and two of others. */
const RATINGS = Array.from({ length: 20 }, (_, index) => 19 - index).map((minute) => [
  String(minute < 18 ? 1 + (minute % 4) : minute),
  String(1 + (minute % 3)),
  minute % 2 === 0 ? '4.5' : '3',
  String(978_300_000 + 60 * minute),
]);

test('makes a data set of the .dat form, whose titles are Latin-1', async () => {
  const movies = "1::Toy Story (1995)::Animation|Children's\n2::Misérables, Les (1995)::Drama\n3::Babylon 5::Sci-Fi\n";
  const source = sourceWith('ml-1m', {
    'movies.dat': Buffer.from(movies, 'latin1'),
    'ratings.dat': [...RATINGS.map((cells) => cells.join('::')), '9::1::5', '9::4::5::978300000', '9::1::5::now'].join(
      '\n',
    ),
  });
  const { isComplete, complaints, said } = await prepare(folder, ['movielens', source, '--out', 'dat']);
  expect(isComplete).toBe(false);
  expect(complaints).toEqual([
    'ratings.dat:21: has 3 cells instead of 4',
    'ratings.dat:22: movieId: is not in movies.dat',
    expect.stringMatching(/^ratings\.dat:23: timestamp: must be seconds or milliseconds since 1970, or ISO 8601/),
  ]);
  expect(await itemsOf('dat')).toEqual(ITEMS);
  const out = join(folder, 'dat');
  expect(await readDatasetInfo(out)).toMatchObject({
    name: 'movielens',
    positive: { valueAtLeast: 4 },
    time: true,
    counts: { items: 3, users: 6, train: 12, test: 2 },
  });
  expect(await rowsOf(out, 'test')).toEqual(['18 1 4.5 2000-12-31T22:18:00.000Z', '19 2 3 2000-12-31T22:19:00.000Z']);
  expect(said.join('\n')).toContain('for the test from 2000-12-31T22:18:00Z on');
});

test('tests on the last tenth by time, without what training has', async () => {
  // Films 4 and 5 are met only at the end.
  const ratings = [...RATINGS.slice(2), ['1', '4', '5', '978400000'], ['2', '5', '2', '978400001']];
  const source = sourceWith('ml-latest', {
    'movies.csv': [
      'movieId,title,genres',
      "1,Toy Story (1995),Animation|Children's",
      '2,"Misérables, Les (1995)",Drama',
      '3,Babylon 5,Sci-Fi',
      '4,"Death Note: Desu nôto (2006–2007)",(no genres listed)',
      '5,Casablanca (1942) ,Drama|Romance|Drama',
    ].join('\r\n'),
    'ratings.csv': ['userId,movieId,rating,timestamp', ...ratings.map((cells) => cells.join(','))].join('\r\n'),
  });
  const { isComplete, complaints } = await prepare(folder, [
    'movielens',
    source,
    '--out',
    'csv',
    '--name',
    'ml-latest',
  ]);
  expect(complaints).toEqual([]);
  expect(isComplete).toBe(true);
  const out = join(folder, 'csv');
  expect(await rowsOf(out, 'test')).toEqual(['1 4 5 2001-01-02T01:46:40.000Z', '2 5 2 2001-01-02T01:46:41.000Z']);
  const train = await rowsOf(out, 'train');
  expect(train).toHaveLength(12);
  expect(train.at(-1)).toBe('2 3 3 2000-12-31T22:17:00.000Z');
  expect(new Set(train.map((row) => row.split(' ').slice(0, 2).join(' '))).size).toBe(12);
  expect((await readDatasetInfo(out)).name).toBe('ml-latest');
  expect((await itemsOf('csv')).slice(2)).toEqual([
    ITEMS[2],
    { id: '4', title: 'Death Note: Desu nôto', attributes: { year: 2006 } },
    { id: '5', title: 'Casablanca', categories: ['Drama', 'Romance'], attributes: { year: 1942 } },
  ]);
});

test('names both forms where neither is whole', async () => {
  const source = sourceWith('half', { 'movies.csv': 'movieId,title,genres\n' });
  await expect(prepare(folder, ['movielens', source, '--out', 'never'])).rejects.toThrow(
    /half lacks ratings\.csv, or else ratings\.dat and movies\.dat .*https:\/\/grouplens\.org\/datasets\/movielens\//,
  );
  expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([]);
});

test('says that rows of one moment cannot be divided, and leaves nothing', async () => {
  const source = sourceWith('one-moment', {
    'movies.dat': '1::A (1999)::Drama\n',
    'ratings.dat': '1::1::5::978300000\n2::1::5::978300000\n',
  });
  await expect(prepare(folder, ['movielens', source, '--out', 'undivided'])).rejects.toThrow(
    /the rows cannot be divided: 0 would be for training, 2 for the test/,
  );
  expect(readdirSync(folder).filter((name) => name.startsWith('undivided'))).toEqual([]);
});
