import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDatasetInfo } from '../dataset-folder/dataset-info.ts';
import { readColdItems, readItems } from '../dataset-folder/dataset-items.ts';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { prepare, rowsOf } from './test-prepare.ts';

const folder = testFolder();

const PLAYS = Array.from({ length: 30 }, (_, index) => ({
  who: `listener ${index % 5}`,
  song: `song-${index}`,
  stars: 1 + (index % 5),
  when: `2024-01-${String(1 + index).padStart(2, '0')} 08:00`,
}));

test('makes a data set of identifiers alone, a hashed fifth of it the test', async () => {
  writeTestFile(folder, 'plays.csv', ['song,who', ...PLAYS.map(({ who, song }) => `${song},${who}`)].join('\n'));
  const words = ['csv', '.', '--interactions', 'plays.csv', '--user', 'who', '--item', 'song'];
  const { isComplete } = await prepare(folder, [...words, '--name', 'plays']);
  expect(isComplete).toBe(true);
  const out = join(folder, 'datasets', 'plays');
  const info = await readDatasetInfo(out);
  expect(info).toMatchObject({
    name: 'plays',
    source: 'plays.csv',
    licence: 'not stated',
    positive: { valueAtLeast: 1 },
    time: false,
    counts: { items: 30, users: 5 },
  });
  expect(Object.keys(info.files).toSorted()).toEqual(['test.tsv.gz', 'train.tsv.gz']);
  const [train, held] = [await loadedUsers(out, 'train'), await loadedUsers(out, 'test')];
  expect(train.length + held.length).toBe(30);
  expect([...new Set([...train, ...held])].toSorted()).toEqual([0, 1, 2, 3, 4].map((n) => `listener ${n}`));
});

async function loadedUsers(out: string, part: 'train' | 'test'): Promise<readonly string[]> {
  return (await rowsOf(out, part)).map((row) => row.split(' song-')[0] ?? '');
}

test('makes a data set with values, times and items', async () => {
  const plays = PLAYS.map(({ who, song, stars, when }) => [when, song, stars, who].join('\t'));
  writeTestFile(folder, 'plays.tsv.gz', ['when\tsong\tstars\twho', ...plays, '2024-02-01\tsong-99\t5\tx'].join('\n'));
  const songs = PLAYS.map(({ song }, index) => `${song},"Song, ${index}",folk|jazz,${90 + index},2020-05-06,skipped`);
  const bad = ['song-1,Again,,,,', ',No id,,,,', 'song-98,x,,,in May,'];
  writeTestFile(folder, 'songs.csv', ['key,name,kinds,bpm,out,other', ...songs, ...bad].join('\n'));
  const { isComplete, complaints } = await prepare(folder, [
    ...['csv', folder, '--interactions', 'plays.tsv.gz', '--user', 'who', '--item', 'song'],
    ...[
      '--value',
      'stars',
      '--positive',
      '4',
      '--at',
      'when',
      '--licence',
      'ours',
      '--out',
      'songs',
      '--name',
      'songs',
    ],
    ...['--items', 'songs.csv', '--id', 'key', '--title', 'name', '--tags', 'kinds', '--attribute', 'bpm'],
    ...['--created-at', 'out', '--cold-items'],
  ]);
  expect(isComplete).toBe(false);
  expect(complaints).toEqual([
    'songs.csv:32: id: is there already',
    'songs.csv:33: id: is required',
    expect.stringMatching(/^songs\.csv:34: createdAt: must be an ISO 8601 date/),
    'plays.tsv.gz:32: song: is not in songs.csv',
  ]);
  const out = join(folder, 'songs');
  expect(await readDatasetInfo(out)).toMatchObject({
    name: 'songs',
    licence: 'ours',
    positive: { valueAtLeast: 4 },
    time: true,
    counts: { items: 30, users: 5, train: 27, test: 3 },
  });
  expect(await rowsOf(out, 'test')).toEqual([
    'listener 2 song-27 3 2024-01-28T08:00:00.000Z',
    'listener 3 song-28 4 2024-01-29T08:00:00.000Z',
    'listener 4 song-29 5 2024-01-30T08:00:00.000Z',
  ]);
  const items: unknown[] = [];
  for await (const item of readItems(out)) items.push(item);
  expect(items).toHaveLength(30);
  expect(items[7]).toEqual({
    id: 'song-7',
    title: 'Song, 7',
    tags: ['folk', 'jazz'],
    createdAt: '2020-05-06T00:00:00Z',
    attributes: { bpm: 97 },
  });
  const cold = await readColdItems(out);
  expect(cold.length).toBeGreaterThan(0);
  expect(cold.length).toBeLessThan(15);
});

test('says which file, and which column, is not there', async () => {
  writeTestFile(folder, 'one.csv', 'who,song\na,b\n');
  const words = ['csv', '.', '--user', 'who', '--out', 'never'];
  await expect(prepare(folder, [...words, '--interactions', 'none.csv', '--item', 'song'])).rejects.toThrow(
    /none\.csv is not there, nor is .*none\.csv\.gz/,
  );
  await expect(prepare(folder, [...words, '--interactions', 'one.csv', '--item', 'track'])).rejects.toThrow(
    /one\.csv has no column "track"; it has who, song/,
  );
});

test('stops where most rows are bad', async () => {
  writeTestFile(folder, 'wrong.csv', ['who,song', ',a', ',b', 'u,c'].join('\n'));
  const words = ['csv', '.', '--interactions', 'wrong.csv', '--user', 'who', '--item', 'song', '--out', 'never'];
  await expect(prepare(folder, words)).rejects.toThrow(/most rows of wrong\.csv are bad, 2 of the first 3/);
});
