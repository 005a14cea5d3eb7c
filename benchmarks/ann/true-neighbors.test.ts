import { filterFieldsOf } from '@kindred/shared/filter';
import { type ItemId, itemIdSchema } from '@kindred/shared/id';
import { normalise } from '@kindred/shared/numeric/vector';
import { expect, test } from 'vitest';
import { trueNeighborsAmong } from './true-neighbors.ts';

const id = (name: string): ItemId => itemIdSchema.parse(name);
const at = (degrees: number): Float32Array => {
  const radians = (degrees * Math.PI) / 180;
  return normalise(Float32Array.of(Math.cos(radians), Math.sin(radians)));
};
const items = [
  { item: id('a'), vector: at(0), fields: filterFieldsOf({}) },
  { item: id('b'), vector: at(10), fields: filterFieldsOf({ tags: ['odd'] }) },
  { item: id('c'), vector: at(-10), fields: filterFieldsOf({}) },
  { item: id('d'), vector: at(80), fields: filterFieldsOf({ tags: ['odd'] }) },
  { item: id('e'), vector: at(5), fields: filterFieldsOf({ available: false }) },
];
const near = trueNeighborsAmong(items);
const none = {};
const odd = { tags: { any: ['odd'] } };

test('equally near items are equally good, and the target itself is none', () => {
  const truth = near({ item: id('a') });
  expect(truth.recall([id('b')], 1, none)).toBe(1);
  expect(truth.recall([id('c')], 1, none)).toBe(1);
  expect(truth.recall([id('d')], 1, none)).toBe(0);
  expect(truth.recall([id('a')], 1, none)).toBe(0);
});

test('what fails the filter is no answer, and all that pass are wanted where they are fewer than k', () => {
  const truth = near({ vector: at(0) });
  expect(truth.recall([id('b'), id('d')], 10, odd)).toBe(1);
  expect(truth.recall([id('b'), id('c')], 10, odd)).toBe(0.5);
  expect(truth.recall([id('e'), id('a'), id('b')], 3, none)).toBeCloseTo(2 / 3);
  expect(truth.recall([], 10, { tags: { any: ['other'] } })).toBeUndefined();
});

test('an item named twice counts once, and names beyond k not at all', () => {
  const truth = near({ vector: at(0) });
  expect(truth.recall([id('a'), id('a')], 2, none)).toBe(0.5);
  expect(truth.recall([id('d'), id('a')], 1, none)).toBe(0);
});
