import { itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';
import { expect, test } from 'vitest';
import { isForeign, K_MAX, requireQueries } from './neighbor-request.ts';
import type { Space } from './space.ts';

const space: SpaceId = JSON.parse('"model"');
const other: SpaceId = JSON.parse('"other"');
const serving: Space = { catalog: MAIN_CATALOG, space, dimensions: 2, state: 'serving' };
const item = itemIdSchema.parse('a');
const vector = Float32Array.of(0.6, 0.8);

test('a vector is foreign only if it names another space', () => {
  expect(isForeign({ target: { vector, space: other }, k: 1 }, space)).toBe(true);
  expect(isForeign({ target: { vector, space }, k: 1 }, space)).toBe(false);
  expect(isForeign({ target: { vector }, k: 1 }, space)).toBe(false);
  expect(isForeign({ target: { item }, k: 1 }, space)).toBe(false);
});

test('takes items, vectors of the serving space, and any vector that is not compared', () => {
  const long = Float32Array.of(1, 0, 0);
  const queries: NeighborQuery[] = [
    { target: { item }, k: K_MAX },
    { target: { vector }, k: 1 },
    { target: { vector: long, space: other }, k: 1 },
  ];
  expect(() => requireQueries(queries, serving)).not.toThrow();
  expect(() => requireQueries([{ target: { vector: long }, k: 1 }], undefined)).not.toThrow();
});

test.each([
  ['k', { target: { item }, k: 0 }],
  ['k', { target: { item }, k: K_MAX + 1 }],
  ['k', { target: { item }, k: 1.5 }],
  ['target.vector', { target: { vector: Float32Array.of(1) }, k: 1 }],
  ['target.vector', { target: { vector: Float32Array.of(1, 1) }, k: 1 }],
  ['target.vector', { target: { vector: Float32Array.of(Number.NaN, 0) }, k: 1 }],
])('refuses a wrong %s with its place', (field, query) => {
  const queries = [{ target: { item }, k: 1 }, query];
  expect(() => requireQueries(queries, serving)).toThrow(
    expect.objectContaining({
      code: 'invalid-request',
      fields: [expect.objectContaining({ field: `queries.1.${field}` })],
    }),
  );
});
