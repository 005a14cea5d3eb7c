import { clusteredVectors } from '@kindred/index/clustered-vectors.fixture';
import { knownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import { filterFieldsOf } from '@kindred/shared/filter';
import { itemIdSchema } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { filtersKeeping, withBuckets } from './buckets.ts';
import { swept } from './ef-search-sweep.ts';
import { exact } from './exact.ts';
import { judge } from './judge.ts';
import { Served } from './served.ts';
import { trueNeighborsAmong } from './true-neighbors.ts';

const DIMENSIONS = 16;
const vectors = clusteredVectors({ count: 400, dimensions: DIMENSIONS, seed: 1 });
const plain = vectors.map((vector, i) => ({
  item: itemIdSchema.parse(`item-${i}`),
  fields: filterFieldsOf({}),
  vector,
}));
const items = withBuckets(plain, 1);
const among = { dimensions: DIMENSIONS, items };
const truthOf = trueNeighborsAmong(items);
const targets = items.slice(0, 50).map(({ item }) => ({ target: { item }, truth: truthOf({ item }) }));
const space = spaceOf(knownModel('bge-small-en-v1.5')!);

test('the oracle finds everything, filtered or not', async () => {
  for (const filters of [[{}], filtersKeeping(0.1, 4)]) {
    expect(await judge(await exact(among, space), targets, filters)).toMatchObject({ recall: 1, worstRecall: 1 });
  }
});

test('the served index is judged through its thread, and forgets what is deleted', async () => {
  const index = await Served.start(among, space);
  try {
    expect((await judge(index, targets, filtersKeeping(0.1, 4))).recall).toBe(1);
    expect(await index.status()).toMatchObject({ size: 400, unindexed: 0 });
    await index.remove(items.slice(200).map(({ item }) => item));
    await index.settle();
    expect(await index.status()).toMatchObject({ size: 200, tombstones: 0 });
  } finally {
    await index.close();
  }
});

test('a longer candidate list finds more', async () => {
  const recalls = [];
  for (const contender of swept(among, [10, 400])) recalls.push((await judge(contender, targets, [{}])).recall);
  expect(recalls[1]).toBe(1);
  expect(recalls[0]).toBeLessThanOrEqual(1);
});
