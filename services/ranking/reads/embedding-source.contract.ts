import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EmbeddingSource, WantedVector } from './embedding-source.ts';

/** An embedding source with the store that it reads, and one catalog of its own in that. */
export interface EmbeddingSourceUnderTest {
  readonly source: EmbeddingSource;
  readonly catalog: CatalogId;
  /** Stores an embedding in place of an earlier one. @returns Its change number. */
  put(space: SpaceId, item: ItemId, vector: Float32Array): Promise<number>;
  remove(space: SpaceId, item: ItemId): Promise<void>;
}

const ITEMS = ['a', 'b', 'c', 'ｚ', '😀'].map((item) => item as ItemId);
const SPACES = ['one', 'other'].map((space) => space as SpaceId);
const vector = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: 9 }))
  .map((values) => normalise(Float32Array.from(values)));
const steps = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({ item: fc.constantFrom(...ITEMS), space: fc.constantFrom(...SPACES), vector }),
    },
    { weight: 1, arbitrary: fc.record({ item: fc.constantFrom(...ITEMS), space: fc.constantFrom(...SPACES) }) },
    { weight: 3, arbitrary: fc.record({ asked: fc.subarray(ITEMS), space: fc.constantFrom(...SPACES) }) },
  ),
  { maxLength: 25, size: 'max' },
);

/** The properties that every `EmbeddingSource` must have. */
export function embeddingSourceContract(create: () => Promise<EmbeddingSourceUnderTest>, numRuns: number): void {
  test('answers the embeddings that the rows name, whatever was cached before, and nothing for other items', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { source, catalog, put, remove } = await create();
        const stored = new Map<string, { readonly change: number; readonly vector: Float32Array }>();
        for (const step of plan) {
          if ('vector' in step) {
            const change = await put(step.space, step.item, step.vector);
            stored.set(`${step.space} ${step.item}`, { change, vector: step.vector });
          } else if ('item' in step) {
            await remove(step.space, step.item);
            stored.delete(`${step.space} ${step.item}`);
          } else {
            const known = step.asked.flatMap((item) => {
              const own = stored.get(`${step.space} ${item}`);
              return own === undefined ? [] : [{ item, ...own }];
            });
            const found = await source.vectors(catalog, step.space, known);
            expect(new Map(found)).toEqual(new Map(known.map((each) => [each.item, each.vector])));
            // Everything that was read is there without the store.
            expect(new Map(source.kept(catalog, step.space, known))).toEqual(new Map(found));
          }
        }
      }),
      { numRuns },
    );
  });

  test('an item embedded again since its row was read has its newer embedding, and no kept one', async () => {
    const { source, catalog, put } = await create();
    const [item, space] = [ITEMS[0]!, SPACES[0]!];
    const old: WantedVector = { item, change: await put(space, item, Float32Array.of(1, 0)) };
    await source.vectors(catalog, space, [old]);
    const current: WantedVector = { item, change: await put(space, item, Float32Array.of(0, 1)) };
    expect(source.kept(catalog, space, [current]).size).toBe(0);
    expect((await source.vectors(catalog, space, [current])).get(item)).toEqual(Float32Array.of(0, 1));
    expect(source.kept(catalog, space, [old]).size).toBe(0);
    expect((await source.vectors(catalog, space, [old])).get(item)).toEqual(Float32Array.of(0, 1));
  });

  test('spaces and catalogs do not see each other’s embeddings', async () => {
    const [one, other] = [await create(), await create()];
    const [item, space] = [ITEMS[0]!, SPACES[0]!];
    const change = await one.put(space, item, Float32Array.of(1, 0));
    expect((await one.source.vectors(one.catalog, SPACES[1]!, [{ item, change }])).size).toBe(0);
    expect((await other.source.vectors(other.catalog, space, [{ item, change }])).size).toBe(0);
    expect((await one.source.vectors(one.catalog, space, [{ item, change }])).size).toBe(1);
  });
}
