import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Filter, ItemFields } from './catalog.ts';
import { filterFieldsOf, predicateOf } from './filter.ts';
import type { CatalogId, ItemId, SpaceId } from './id.ts';
import type { Neighbor, NeighborSource } from './neighbor.ts';

/** A source and the catalogs behind it. */
export interface NeighborsUnderTest {
  readonly source: NeighborSource;
  /** Creates a catalog that a space of this many dimensions serves. */
  newCatalog(dimensions: number): Promise<{ readonly catalog: CatalogId; readonly space: SpaceId }>;
  /** @param vector  Unit length; an item without one has no embedding. @returns The change number of the write. */
  put(catalog: CatalogId, item: ItemId, fields: ItemFields, vector: Float32Array | undefined): Promise<number>;
  /** @returns The change number of the deletion. */
  remove(catalog: CatalogId, item: ItemId): Promise<number>;
}

interface DrawnItem {
  readonly item: ItemId;
  readonly fields: ItemFields;
  readonly vector: Float32Array | undefined;
}

const DIMENSIONS = 3;
const WAIT_MS = 2_000;
const NO_WAIT_MS = 20;

/** Few directions, so that ties are common. */
const vectors = fc
  .array(fc.constantFrom(-1, 0, 1), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .filter((parts) => parts.some((part) => part !== 0))
  .map(unitVector);
const items = fc.uniqueArray(
  fc.record({
    item: fc.stringMatching(/^[a-zéｚ😀]{1,4}$/u).map((id) => id as ItemId),
    fields: fc.record({ available: fc.boolean(), tags: fc.subarray(['red', 'blue']) }),
    vector: fc.option(vectors, { nil: undefined, freq: 5 }),
  }),
  { selector: ({ item }) => item, maxLength: 15 },
);
const filters = fc.constantFrom<(Filter | undefined)[]>(undefined, { tags: { any: ['red'] } }, { available: 'any' });

function unitVector(parts: readonly number[]): Float32Array {
  const length = Math.hypot(...parts);
  return Float32Array.from(parts, (part) => part / length);
}

/** Neighbors by definition: compares with everything. */
function exactly(
  all: readonly DrawnItem[],
  target: Float32Array,
  { k, passes, self }: { k: number; passes: (item: DrawnItem) => boolean; self: ItemId | undefined },
): readonly Neighbor[] {
  return all
    .flatMap((each) => {
      if (each.vector === undefined || each.item === self || !passes(each)) return [];
      return [{ item: each.item, similarity: each.vector.reduce((sum, part, i) => sum + part * target[i]!, 0) }];
    })
    .sort((a, b) => b.similarity - a.similarity || Buffer.compare(Buffer.from(a.item), Buffer.from(b.item)))
    .slice(0, k);
}

/** Promises of every neighbor source. */
export function neighborSourceContract({ source, newCatalog, put, remove }: NeighborsUnderTest): void {
  /** Fills a catalog. @returns The position that holds all of it. */
  async function filled(all: readonly DrawnItem[]) {
    const { catalog, space } = await newCatalog(DIMENSIONS);
    let change = 0;
    for (const { item, fields, vector } of all) change = await put(catalog, item, fields, vector);
    const position = await source.reached(catalog, change, WAIT_MS);
    expect(position).toBeDefined();
    return { catalog, space, position: position! };
  }

  test('answers what a comparison with everything does, one list per query, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(items, vectors, fc.integer({ min: 1, max: 20 }), filters, async (all, vector, k, filter) => {
        const { catalog, space, position } = await filled(all);
        const predicate = predicateOf(filter ?? {});
        const passes = ({ fields }: DrawnItem): boolean => predicate(filterFieldsOf(fields));
        const rest = { k, ...(filter && { filter }) };
        const queries = [
          { target: { vector }, ...rest },
          { target: { vector, space }, ...rest },
          ...all.map(({ item }) => ({ target: { item }, ...rest })),
        ];
        const answer = await source.neighbors(catalog, queries, position);
        const wanted = [
          exactly(all, vector, { k, passes, self: undefined }),
          exactly(all, vector, { k, passes, self: undefined }),
          ...all.map((each) => (each.vector ? exactly(all, each.vector, { k, passes, self: each.item }) : [])),
        ];
        expect(answer.space).toBe(space);
        expect(answer.neighbors.map((list) => list.map(({ item }) => item))).toEqual(
          wanted.map((list) => list.map(({ item }) => item)),
        );
        for (const [place, list] of answer.neighbors.entries()) {
          for (const [rank, { similarity }] of list.entries()) {
            expect(Math.abs(similarity - wanted[place]![rank]!.similarity)).toBeLessThan(1e-6);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a vector of a space that does not serve finds nothing, and the answer names the one that does', async () => {
    const [vector, id] = [unitVector([1, 0, 0]), 'a' as ItemId];
    const { catalog, space } = await filled([{ item: id, fields: {}, vector }]);
    const target = { vector, space: 'another space' as SpaceId };
    const answer = await source.neighbors(catalog, [{ target, k: 5 }]);
    expect(answer).toMatchObject({ space, neighbors: [[]] });
  });

  test('an unknown item and no query at all find nothing', async () => {
    const { catalog } = await filled([]);
    expect((await source.neighbors(catalog, [])).neighbors).toEqual([]);
    const unknown = { target: { item: 'ü/"\\ x' as ItemId }, k: 5 };
    expect((await source.neighbors(catalog, [unknown])).neighbors).toEqual([[]]);
  });

  test('a deleted item is found no more at the position of its deletion, and the version says that answers changed', async () => {
    const vector = unitVector([0, 1, 0]);
    const all = ['a', 'b'].map((item) => ({ item: item as ItemId, fields: {}, vector }));
    const { catalog, position } = await filled(all);
    const query = { target: { vector }, k: 5 };
    const before = await source.neighbors(catalog, [query], position);
    expect((await source.neighbors(catalog, [query], position)).version).toBe(before.version);
    const after = await source.reached(catalog, await remove(catalog, all[0]!.item), WAIT_MS);
    const answer = await source.neighbors(catalog, [query], after);
    expect(answer.neighbors[0]?.map(({ item }) => item)).toEqual(['b']);
    expect(answer.version).not.toBe(before.version);
  });

  test('a change that is not reached in time has no position, and no answer holds it', async () => {
    const { catalog, position } = await filled([{ item: 'a' as ItemId, fields: {}, vector: undefined }]);
    expect(await source.reached(catalog, position + 1_000, NO_WAIT_MS)).toBeUndefined();
    const query = { target: { item: 'a' as ItemId }, k: 1 };
    const late = source.neighbors(catalog, [query], position + 1_000);
    await expect(late).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('a wait ends as soon as the change is reached', async () => {
    const { catalog, position } = await filled([]);
    const waiting = source.reached(catalog, position + 1, WAIT_MS);
    let change = position;
    while (change <= position) change = await put(catalog, 'a' as ItemId, {}, unitVector([1, 0, 0]));
    expect(await waiting).toBeGreaterThanOrEqual(position + 1);
  });
}
