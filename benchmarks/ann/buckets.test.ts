import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import { itemIdSchema } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { filtersKeeping, withBuckets } from './buckets.ts';

const items = Array.from({ length: 1_000 }, (_, i) => ({
  item: itemIdSchema.parse(`item-${i}`),
  fields: filterFieldsOf({ attributes: { year: i } }),
  vector: new Float32Array(1),
}));

test.each([1, 0.1, 0.01, 0.001])('filters of share %d keep just that share, other items each', (share) => {
  const filters = filtersKeeping(share, 8);
  const kept = filters.map((filter) => withBuckets(items, 1).filter(({ fields }) => predicateOf(filter)(fields)));
  for (const each of kept) expect(each.length).toBe(1_000 * share);
  expect(new Set(kept.flat().map(({ item }) => item)).size).toBe(1_000 * share * filters.length);
  expect(filters.length).toBe(share === 1 ? 1 : 8);
});

test('fields keep what they had', () => {
  expect(withBuckets(items, 1)[7]!.fields.attributes).toMatchObject({ year: 7 });
});
