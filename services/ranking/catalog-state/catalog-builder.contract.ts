import { type CatalogId, compareIds, type ItemId, type SpaceId, type UserId } from '@kindred/shared/id';
import type { Artifact } from '@kindred/shared/model/artifact';
import { packIds } from '@kindred/shared/numeric/packed-ids';
import { elementOf } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { type CatalogBuilder, DamagedArtifact } from './catalog-builder.ts';

/** A catalog builder with the store that it reads, and one catalog of its own in that. */
export interface CatalogBuilderUnderTest {
  readonly builder: CatalogBuilder;
  readonly catalog: CatalogId;
  /** Notes that the user engaged with the items, of which some may repeat. */
  engage(user: UserId, items: readonly ItemId[]): Promise<void>;
  embed(space: SpaceId, item: ItemId, vector: Float32Array): Promise<void>;
  storeArtifact(version: number, artifact: Artifact): Promise<void>;
  damageArtifact(version: number): Promise<void>;
}

const ITEMS = ['b', 'a', 'ｚ', '😀', 'e'].map((item) => item as ItemId);
const histories = fc.array(fc.array(fc.constantFrom(...ITEMS), { maxLength: 5 }), { maxLength: 5 });
const SPACE = 'space' as SpaceId;

/** The properties that every `CatalogBuilder` must have. */
export function catalogBuilderContract(create: () => Promise<CatalogBuilderUnderTest>, numRuns: number): void {
  test('co-engagement is that of all users’ engagements, with items in the order of their ids', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (given) => {
        const { builder, catalog, engage } = await create();
        for (const [user, items] of given.entries()) await engage(`user-${user}` as UserId, items);
        const { items, numbers, rows } = await builder.coEngagement(catalog);
        const users = given.map((own) => new Set(own));
        expect(items).toEqual([...new Set(given.flat())].sort(compareIds));
        expect([...numbers]).toEqual(items.map((item, number) => [item, number]));
        for (const [start, from] of items.entries()) {
          for (const [end, to] of items.entries()) {
            expect(elementOf(rows, start, end)).toBeCloseTo(walked(users, from, to), 5);
          }
        }
      }),
      { numRuns },
    );
  });

  test('the mean is that of all embeddings of the space, and none without embeddings', async () => {
    const { builder, catalog, embed } = await create();
    expect(await builder.mean(catalog, SPACE)).toBeUndefined();
    await embed(SPACE, ITEMS[0]!, Float32Array.of(1, 0));
    await embed(SPACE, ITEMS[1]!, Float32Array.of(0, 1));
    await embed(SPACE, ITEMS[2]!, Float32Array.of(0, -1));
    await embed('other' as SpaceId, ITEMS[0]!, Float32Array.of(1, 1, 1));
    const mean = await builder.mean(catalog, SPACE);
    expect(mean).toHaveLength(2);
    expect(mean?.[0]).toBeCloseTo(1 / 3, 6);
    expect(mean?.[1]).toBeCloseTo(0, 6);
  });

  test('an artifact comes back as it was stored, with the counts of a typical item', async () => {
    const { builder, catalog, storeArtifact } = await create();
    const { items, numbers, model, ranker } = trainedCatalog(3);
    await storeArtifact(5, { items: packIds(items), model, ranker, repeatShare: 0.25 });
    const trained = await builder.trained(catalog, 5);
    expect(trained).toMatchObject({ version: 5, items, model, ranker, repeatShare: 0.25 });
    expect(new Map(trained.numbers)).toEqual(numbers);
    const warm = [...model.positives.keys()].filter((item) => model.positives[item]! > 0);
    const meanOf = (counts: Float32Array) => warm.reduce((sum, item) => sum + counts[item]!, 0) / warm.length;
    expect(trained.typical.positives).toBeCloseTo(meanOf(model.positives), 3);
    expect(trained.typical.seen).toBeCloseTo(meanOf(model.seen), 3);
    expect([...trained.imputedShare]).toEqual(items.map(() => 0));
  });

  test('an artifact that is damaged or was never stored says so, and builds go on', async () => {
    const { builder, catalog, storeArtifact, damageArtifact } = await create();
    const { items, model } = trainedCatalog(4);
    await storeArtifact(1, { items: packIds(items), model, ranker: undefined, repeatShare: 0 });
    await storeArtifact(2, { items: packIds(items), model, ranker: undefined, repeatShare: 0 });
    await damageArtifact(2);
    await expect(builder.trained(catalog, 2)).rejects.toThrow(DamagedArtifact);
    await expect(builder.trained(catalog, 3)).rejects.toThrow(DamagedArtifact);
    expect((await builder.trained(catalog, 1)).ranker).toBeUndefined();
  });
}

/** RP3β by its sums over every path item → user → item. */
function walked(users: readonly ReadonlySet<ItemId>[], from: ItemId, to: ItemId): number {
  const degree = (item: ItemId): number => users.filter((items) => items.has(item)).length;
  const shared = from === to ? [] : users.filter((items) => items.has(from) && items.has(to));
  const paths = shared.reduce((sum, { size }) => sum + size ** -0.7, 0);
  return paths * degree(from) ** -0.7 * degree(to) ** -0.6;
}
