import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readDatasetInfo } from '../dataset-folder/dataset-info.ts';
import { testFolder } from '../dataset-folder/test-folder.ts';
import { draftDataset } from './dataset-draft.ts';

const folder = testFolder();
const INFO = { name: 'films', positive: { valueAtLeast: 4 }, time: false };

test('has its name only once it is whole', async () => {
  const out = join(folder, 'deep', 'films');
  const draft = await draftDataset(out);
  await draft.write('train.tsv.gz', ['user\titem\tvalue\n', 'u\ti\t4\n']);
  await draft.write('cold-items.txt', ['i\n']);
  expect(readdirSync(join(folder, 'deep'))).not.toContain('films');
  await draft.finish(INFO);
  draft.discard();
  expect(readdirSync(join(folder, 'deep'))).toEqual(['films']);
  const info = await readDatasetInfo(out);
  expect(Object.keys(info.files).toSorted()).toEqual(['cold-items.txt', 'train.tsv.gz']);
  expect(gunzipSync(readFileSync(join(out, 'train.tsv.gz'))).toString()).toBe('user\titem\tvalue\nu\ti\t4\n');
});

test('leaves nothing where it is given up', async () => {
  const parent = join(folder, 'given-up');
  const draft = await draftDataset(join(parent, 'films'));
  const failing = async function* (): AsyncGenerator<string> {
    yield 'user\titem\tvalue\n';
    throw new Error('the source is broken');
  };
  await expect(draft.write('train.tsv.gz', failing())).rejects.toThrow('the source is broken');
  draft.discard();
  expect(readdirSync(parent)).toEqual([]);
});

test('does not touch what is there already', async () => {
  const out = join(folder, 'taken');
  mkdirSync(out);
  await expect(draftDataset(out)).rejects.toThrow(/taken is there already: delete it, or name another with --out/);
  const late = join(folder, 'late');
  const draft = await draftDataset(late);
  mkdirSync(late);
  await expect(draft.finish(INFO)).rejects.toThrow(/late is there already/);
  draft.discard();
  expect(readdirSync(late)).toEqual([]);
});
