import { expect, test } from 'vitest';
import { filterKey } from './filter-key.ts';

test('filters that mean the same have one key', () => {
  const first = { tags: { any: ['a', 'b', 'a'] }, attributes: { year: { gte: 1, lte: 2 }, kind: { in: ['x', 1] } } };
  const second = {
    available: true,
    attributes: { kind: { in: [1, 'x'] }, year: { lte: 2, gte: 1 } },
    tags: { any: ['b', 'a'] },
    creators: undefined,
  };
  expect(filterKey(first)).toBe(filterKey(second));
});

test('filters that mean different things have different keys', () => {
  const filters = [
    {},
    { available: 'any' as const },
    { available: false },
    { tags: { any: ['a'] } },
    { tags: { all: ['a'] } },
    { categories: { any: ['a'] } },
    { tags: { any: ['a,b'] } },
    { tags: { any: ['a', 'b'] } },
    { attributes: { a: { in: ['1'] } } },
    { attributes: { a: { in: [1] } } },
  ];
  expect(new Set(filters.map(filterKey)).size).toBe(filters.length);
});
