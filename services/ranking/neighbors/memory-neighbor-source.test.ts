import { compareIds, type ItemId, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { dot, normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryNeighborSource } from './memory-neighbor-source.ts';

const SPACE = 'space' as SpaceId;
const items = fc.uniqueArray(
  fc.record({
    item: fc.constantFrom('a', 'b', 'c', 'ｚ', '😀', 'f').map((item) => item as ItemId),
    vector: fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -3, max: 3 }))
      .map((values) => normalise(Float32Array.from(values))),
    available: fc.boolean(),
  }),
  { selector: ({ item }) => item, minLength: 1 },
);

test('each query gets the k nearest that pass its filter, ties by the bytes of the id, without the target', async () => {
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.nat(5),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (given, place, k, hasAny) => {
        const source = new MemoryNeighborSource();
        source.serve(MAIN_CATALOG, SPACE, 1);
        for (const { item, vector, available } of given) {
          source.putItem(MAIN_CATALOG, item, { available }, 2);
          source.embed(MAIN_CATALOG, SPACE, item, { vector, change: 3 });
        }
        const target = given[place % given.length]!;
        const filter = hasAny ? ({ available: 'any' } as const) : undefined;
        const ranked = given
          .filter(({ available }) => available || hasAny)
          .map(({ item, vector }) => ({ item, similarity: dot(target.vector, vector) }))
          .sort((a, b) => b.similarity - a.similarity || compareIds(a.item, b.item));
        const { neighbors, space, version } = await source.neighbors(MAIN_CATALOG, [
          { target: { item: target.item }, k, ...(filter && { filter }) },
          { target: { vector: target.vector, space: SPACE }, k, ...(filter && { filter }) },
        ]);
        expect({ space, version }).toEqual({ space: SPACE, version: 'space-3' });
        expect(neighbors).toEqual([ranked.filter(({ item }) => item !== target.item).slice(0, k), ranked.slice(0, k)]);
      },
    ),
  );
});

test('a vector of a space that does not serve has no neighbors, nor has an item that is not embedded', async () => {
  const source = new MemoryNeighborSource();
  const item = 'item' as ItemId;
  const vector = Float32Array.of(1, 0);
  source.putItem(MAIN_CATALOG, item, {}, 1);
  source.embed(MAIN_CATALOG, SPACE, item, { vector, change: 2 });
  const ask = async (space: SpaceId) =>
    (await source.neighbors(MAIN_CATALOG, [{ target: { vector, space }, k: 1 }])).neighbors;
  expect(await ask(SPACE)).toEqual([[]]);
  source.serve(MAIN_CATALOG, SPACE, 3);
  expect(await ask(SPACE)).toEqual([[{ item, similarity: 1 }]]);
  expect(await ask('other' as SpaceId)).toEqual([[]]);
  source.removeItem(MAIN_CATALOG, item, 4);
  expect(await ask(SPACE)).toEqual([[]]);
  expect(await source.reached(MAIN_CATALOG, 4)).toBe(4);
  expect(await source.reached(MAIN_CATALOG, 5)).toBeUndefined();
});
