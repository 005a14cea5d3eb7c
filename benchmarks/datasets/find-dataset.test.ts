import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { datasetNames, findDataset } from './find-dataset.ts';

const folders: string[] = [];

async function datasetFolder(valueAtLeast: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-bench-'));
  folders.push(folder);
  await writeFile(join(folder, 'train.tsv.gz'), '');
  const info = { name: 'own', positive: { valueAtLeast }, time: false, files: { 'train.tsv.gz': '0'.repeat(64) } };
  await writeFile(join(folder, 'dataset.json'), JSON.stringify(info));
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

test('a registered data set that is missing is told with its source, licence and checksums', async () => {
  const found = findDataset('goodbooks', '/nowhere');
  await expect(found).rejects.toThrow(/github\.com\/zygmuntz\/goodbooks-10k/);
  await expect(found).rejects.toThrow(/CC-BY-SA-4\.0/);
  await expect(found).rejects.toThrow(
    /6c3be52aca8391a596d6827392eef1f703ea32a2ee005033a283aa344e7cc20e {2}train\.tsv\.gz/,
  );
  await expect(found).rejects.toMatchObject({ name: 'DatasetMissingError' });
});

test('an unknown data set that is missing is told with the ways to give one', async () => {
  await expect(findDataset('mine', '/nowhere')).rejects.toThrow(/--data/);
});

test('a folder is found by its path, and its hash follows what decides over positives', async () => {
  const [first, second] = [
    await findDataset(await datasetFolder(4), '/nowhere'),
    await findDataset(await datasetFolder(3), '/nowhere'),
  ];
  expect(first.info.name).toBe('own');
  expect(first.trainPositivesMin).toBe(5);
  expect(first.hash).not.toBe(second.hash);
});

test('all data sets of a folder are named in order, and a folder without any says what to set', async () => {
  const [first, second] = [await datasetFolder(4), await datasetFolder(4)];
  const names = await datasetNames(dirname(first));
  expect(names).toEqual([...names].sort());
  expect(names).toEqual(expect.arrayContaining([basename(first), basename(second)]));
  await expect(datasetNames('/nowhere')).rejects.toThrow(/KINDRED_DATA/);
});
