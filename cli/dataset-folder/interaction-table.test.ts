import { expect, test } from 'vitest';
import { loadInteractions } from './interaction-table.ts';
import { writeTestDataset } from './test-dataset.ts';
import { testFolder, writeTestFile } from './test-folder.ts';

const folder = testFolder();
const HEADER = 'user\titem\tvalue\n';

test('loads rows by column in the order of the file', async () => {
  const dataset = writeTestDataset(folder, {
    train: `${HEADER}u\ta\t5\nv\ta\t3\n\nu\tb\t4\n`,
    test: `${HEADER}v\tb\t1\n`,
  });
  const table = await loadInteractions(dataset, 'train');
  expect(table.users).toEqual(['u', 'v']);
  expect(table.items).toEqual(['a', 'b']);
  expect([...table.userOf]).toEqual([0, 1, 0]);
  expect([...table.itemOf]).toEqual([0, 0, 1]);
  expect([...table.values]).toEqual([5, 3, 4]);
  expect(table.atMs).toBeUndefined();
  expect((await loadInteractions(dataset, 'test')).users).toEqual(['v']);
});

test('loads times as milliseconds', async () => {
  const train = 'user\titem\tvalue\tat\nu\ta\t5\t1970-01-01T00:00:01Z\n';
  const { atMs } = await loadInteractions(writeTestDataset(folder, { time: true, train }), 'train');
  expect([...(atMs ?? [])]).toEqual([1000]);
});

test('refuses a file that is not the one that its checksum describes', async () => {
  const dataset = writeTestDataset(folder, { train: `${HEADER}u\ta\t5\n` });
  writeTestFile(dataset, 'train.tsv.gz', `${HEADER}u\ta\t4\n`);
  await expect(loadInteractions(dataset, 'train')).rejects.toThrow(
    /train\.tsv\.gz is not the file that dataset\.json describes: the sha256 of its uncompressed content is [0-9a-f]{64}, not/,
  );
});

test('refuses a data set with a bad row, by its line', async () => {
  const bad = writeTestDataset(folder, { train: `${HEADER}u\ta\t5\nu\ta\tfive\n` });
  await expect(loadInteractions(bad, 'train')).rejects.toThrow(/train\.tsv\.gz, line 3, value: must be a number/);
  const timeless = writeTestDataset(folder, { time: true, train: `${HEADER}u\ta\t5\n` });
  await expect(loadInteractions(timeless, 'train')).rejects.toThrow(/train\.tsv\.gz, line 2, at: must be ISO 8601/);
  await expect(loadInteractions(bad, 'test')).rejects.toThrow(/the data set books has no test\.tsv\.gz/);
});
