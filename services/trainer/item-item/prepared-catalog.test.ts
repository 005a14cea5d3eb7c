import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import type { TrainingData } from '../history/training-data.ts';
import { contentModelOf } from './content-model.ts';
import { prepareCatalog } from './prepared-catalog.ts';

const multiply = await onnxMatrixProduct(1);
const ITEMS = 12;

/** Item `i` is liked by `i` users and shares its tag with every third other. */
function catalog(fieldsOf = (item: number): ItemFields => ({ tags: [`kind ${item % 3}`] })): TrainingData {
  const builder = new SparseRowsBuilder(ITEMS);
  for (let user = 0; user < ITEMS; user++) {
    for (let item = user + 1; item < ITEMS; item++) builder.add(item, 1);
    builder.endRow();
  }
  return {
    items: Array.from({ length: ITEMS }, (_, item) => `i${String(item).padStart(2, '0')}` as ItemId),
    fields: Array.from({ length: ITEMS }, (_, item) => fieldsOf(item)),
    embeddings: undefined,
    strengths: builder.done(),
    interactionTimes: undefined,
  };
}

test('a catalog that a dense fit takes whole is its own head, and has no tail', async () => {
  const data = catalog();
  const prepared = await prepareCatalog(data, ITEMS, multiply);
  expect(prepared.head.data).toBe(data);
  expect(prepared.headNumbers).toEqual([...Array(ITEMS).keys()]);
  expect(prepared.tailLikeness).toBeUndefined();
  expect(prepared.head.kernel!.at(0, 3)).toBeCloseTo(1, 5);
  expect(prepared.head.kernel!.at(0, 1)).toBe(0);
});

test('with a tail, the head is what most liked, and the tail is known by the head that it is like', async () => {
  const prepared = await prepareCatalog(catalog(), 6, multiply);
  expect(prepared.headNumbers).toEqual([6, 7, 8, 9, 10, 11]);
  expect(prepared.head.data.items).toEqual(['i06', 'i07', 'i08', 'i09', 'i10', 'i11']);
  const { starts, columns } = prepared.tailLikeness!;
  expect([...columns.subarray(starts[2], starts[3])].sort((a, b) => a - b)).toEqual([8, 11]);
  expect(starts[12]).toBe(starts[6]);
  const content = await contentModelOf(prepared, multiply);
  const likeness = new Float32Array(ITEMS);
  for (const item of [2, 8]) {
    content!.likenessOf(item, likeness);
    expect([...likeness.keys()].filter((other) => likeness[other]! > 0)).toEqual([8, 11]);
  }
});

test('items without words or embeddings have no kernel and no content model', async () => {
  for (const headMax of [ITEMS, 6]) {
    const prepared = await prepareCatalog(
      catalog(() => ({})),
      headMax,
      multiply,
    );
    expect(prepared.head.kernel).toBeUndefined();
    expect(prepared.tailLikeness).toBeUndefined();
    expect(await contentModelOf(prepared, multiply)).toBeUndefined();
  }
});
