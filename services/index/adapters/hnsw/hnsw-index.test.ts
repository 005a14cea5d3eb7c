import { filterFieldsOf } from '@kindred/shared/filter';
import { type ItemId, itemIdSchema } from '@kindred/shared/id';
import { normalise } from '@kindred/shared/numeric/vector';
import { expect, test } from 'vitest';
import { clusteredVectors, generator } from '../../clustered-vectors.fixture.ts';
import { expectNeighbors, recallOf } from '../../ports/exact-neighbors.fixture.ts';
import { ItemTable } from './domain/item-table.ts';
import { HnswIndex } from './hnsw-index.ts';
import type { HnswOptions } from './hnsw-options.ts';

function created(dimensions: number, options: Partial<HnswOptions>, nowMs = () => 0) {
  const items = new ItemTable();
  return { items, index: new HnswIndex({ dimensions, items, build: 'test', nowMs, options }) };
}

const DIMENSIONS = 16;
const id = (i: number) => itemIdSchema.parse(`item-${i}`);

test.each([
  ['equal', 0],
  ['nearly equal', 1e-4],
])('finds the nearest among thousands of %s vectors', (_, noise) => {
  const { items, index } = created(DIMENSIONS, { scannedPerCandidate: 0 });
  const vectors = new Map<ItemId, Float32Array>();
  const fields = new Map(Array.from({ length: 4_000 }, (_, i) => [id(i), filterFieldsOf({})]));
  const random = generator(5);
  const same = normalise(Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5));
  const similar = () => normalise(same.map((value) => value + noise * (random() - 0.5)));
  const others = clusteredVectors({ count: 1_000, dimensions: DIMENSIONS, seed: 6, clusters: 10 });
  for (let i = 0; i < 4_000; i++) {
    const vector = i % 4 === 0 ? others[i / 4]! : similar();
    vectors.set(id(i), vector);
    items.setFields(id(i), filterFieldsOf({}));
    index.upsert(id(i), vector);
  }
  while (index.work(50));
  for (let i = 0; i < 500; i++) {
    vectors.delete(id(i));
    index.remove(id(i));
  }
  const query = { target: { vector: same }, k: 10 };
  if (noise === 0) expectNeighbors({ vectors, fields }, query, index.search(query));
  const asked = [same, ...others.slice(0, 100)].map((vector) => {
    const query = { target: { vector }, k: 10 };
    return { query, answer: index.search(query) };
  });
  expect(recallOf({ vectors, fields }, asked)).toBeGreaterThanOrEqual(0.99);
});

test('a deleted vector leaves memory when it has been dead for long enough', () => {
  let nowMs = 0;
  const { items, index } = created(DIMENSIONS, { compactAfterMs: 1_000 }, () => nowMs);
  clusteredVectors({ count: 300, dimensions: DIMENSIONS, seed: 7 }).forEach((vector, i) => {
    items.setFields(id(i), filterFieldsOf({}));
    index.upsert(id(i), vector);
  });
  while (index.work(50));
  index.remove(id(3));
  nowMs = 999;
  while (index.work(50));
  expect([index.tombstones, index.build.generation]).toEqual([1, 0]);
  nowMs = 1_000;
  while (index.work(50));
  expect([index.tombstones, index.build.generation, index.size]).toEqual([0, 1, 299]);
});

test('a row goes to another item only when nothing of the first is left', () => {
  const { items, index } = created(DIMENSIONS, { tombstonesMin: 1 });
  const [first, second] = clusteredVectors({ count: 2, dimensions: DIMENSIONS, seed: 8 });
  index.upsert(id(1), first!);
  items.setFields(id(1), filterFieldsOf({}));
  items.removeFields(id(1));
  items.setFields(id(2), filterFieldsOf({}));
  expect(index.search({ target: { vector: first! }, k: 5, filter: { available: 'any' } })).toEqual([]);
  index.remove(id(1));
  index.upsert(id(3), second!);
  items.setFields(id(3), filterFieldsOf({}));
  const answered = index.search({ target: { vector: first! }, k: 5 }).map(({ item }) => item);
  expect(answered).toEqual([id(3)]);
});

test('a saved index stays readable through a rebuild, until it is released', () => {
  let nowMs = 0;
  const { index } = created(DIMENSIONS, { compactAfterMs: 1 }, () => nowMs);
  const vectors = clusteredVectors({ count: 10, dimensions: DIMENSIONS, seed: 9 });
  vectors.forEach((vector, i) => {
    index.upsert(id(i), vector);
  });
  const saved = index.save('/unused: nothing is in the graph yet');
  index.remove(id(0));
  nowMs = 1;
  while (index.work(50));
  expect([index.build.generation, index.size]).toEqual([1, 9]);
  expect(saved.vectors(0, 1)).toEqual(vectors[0]);
  saved.release();
  expect(saved.vectors(0, 1)).toEqual(new Float32Array(DIMENSIONS));
});

test('unreachable vectors are found once they have been checked', () => {
  // So few links that some nodes lose all that lead to them.
  const options = { M: 3, efConstruction: 20, efSearch: 20, scannedPerCandidate: 0, tombstonesMin: 10_000 };
  const { items, index } = created(DIMENSIONS, options);
  const vectors = clusteredVectors({ count: 1_000, dimensions: DIMENSIONS, seed: 9 });
  vectors.forEach((vector, i) => {
    items.setFields(id(i), filterFieldsOf({}));
    index.upsert(id(i), vector);
  });
  while (index.work(50));
  const lost = (): number[] =>
    vectors.flatMap((vector, i) => {
      const answered = index.search({ target: { vector }, k: 10 }).map(({ item }) => item);
      expect(new Set(answered).size, 'no vector is answered twice').toBe(10);
      return answered[0] === id(i) ? [] : [i];
    });
  const before = lost();
  expect(before).not.toEqual([]);
  expect([index.unchecked, index.version]).toEqual([1_000, 'test.0.1000']);
  while (index.check(50));
  expect(lost()).toEqual([]);
  expect(index.unchecked).toBe(0);
  const { version } = index;
  expect(version, 'answers have changed').toMatch(/^test[.]0[.]1000[+]/);

  index.remove(id(before[0]!));
  expect(index.version).not.toBe(version);
  vectors.forEach((_, i) => {
    index.remove(id(i));
  });
  expect(index.version).toBe('test.0.1000');
});
