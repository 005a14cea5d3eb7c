import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DataError } from './data-error.ts';
import { readDatasetInfo } from './dataset-info.ts';
import { writeTestDataset } from './test-dataset.ts';
import { testFolder, writeTestFile } from './test-folder.ts';

const folder = testFolder();
const train = 'user\titem\tvalue\nu\ti\t4\n';

test('reads what dataset.json says', async () => {
  const info = await readDatasetInfo(writeTestDataset(folder, { name: 'films', train, test: train }));
  expect(info.name).toBe('films');
  expect(info.positive.valueAtLeast).toBe(4);
  expect(Object.keys(info.files).toSorted()).toEqual(['test.tsv.gz', 'train.tsv.gz']);
});

test('says that the folder is not there, or has no dataset.json', async () => {
  await expect(readDatasetInfo(join(folder, 'nowhere'))).rejects.toThrow(/nowhere is not there/);
  await expect(readDatasetInfo(folder)).rejects.toThrow(/has no dataset\.json/);
});

test('says everything that is wrong with dataset.json at once', async () => {
  const broken = writeTestDataset(folder, { train });
  writeFileSync(
    join(broken, 'dataset.json'),
    '{"name": "", "positive": {"valueAtLeast": 4}, "files": {"train.tsv.gz": "x"}}',
  );
  const failure = await readDatasetInfo(broken).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DataError);
  expect(String(failure)).toMatch(/name: must not be empty/);
  expect(String(failure)).toMatch(/time: /);
  expect(String(failure)).toMatch(/files\.train\.tsv\.gz: must be a sha256/);
  writeFileSync(join(broken, 'dataset.json'), '{');
  await expect(readDatasetInfo(broken)).rejects.toThrow(/is not JSON/);
});

test('refuses a folder that lacks a named file, or has one that is not named', async () => {
  const lacking = writeTestDataset(folder, { train, test: train });
  rmSync(join(lacking, 'test.tsv.gz'));
  await expect(readDatasetInfo(lacking)).rejects.toThrow(/dataset\.json names test\.tsv\.gz, which is not in/);
  const unnamed = writeTestDataset(folder, { train });
  writeTestFile(unnamed, 'items.jsonl.gz', '{"id": "i"}\n');
  await expect(readDatasetInfo(unnamed)).rejects.toThrow(/items\.jsonl\.gz has no sha256 in dataset\.json/);
});
