import { type CatalogId, compareIds, type ItemId, type SpaceId } from '@kindred/shared/id';
import { NON_PERSONALIZED_MAX } from '@kindred/shared/model/ranking-features';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CatalogStateSource } from './catalog-state-source.ts';
import type { CounterRanks } from './memory-catalog-state-source.ts';

export interface ListedEntry {
  readonly item: ItemId;
  readonly createdAtMs: number;
  readonly available: boolean;
  readonly ranks: CounterRanks;
}

/** A catalog-state source with the store that it reads, and one catalog of its own in that. */
export interface CatalogStateSourceUnderTest {
  readonly source: CatalogStateSource;
  readonly catalog: CatalogId;
  /** Stores items in place of earlier ones of those ids. */
  putItems(entries: readonly ListedEntry[]): Promise<void>;
  /** Stores the counters of items, which need not exist. */
  rankItems(entries: readonly ListedEntry[]): Promise<void>;
  removeItem(item: ItemId): Promise<void>;
  embed(space: SpaceId, item: ItemId): Promise<void>;
  /** Lets the space serve in place of the one before. */
  serve(space: SpaceId): Promise<void>;
  /** Notes that a user was erased. */
  erase(): Promise<void>;
  serveArtifact(version: number): Promise<void>;
  withdrawArtifacts(): Promise<void>;
}

const SPACE = 'space' as SpaceId;
const rank = fc.option(fc.constantFrom(-2.5, 0, 1, 7), { nil: undefined });
const entries = fc.uniqueArray(
  fc.record({
    item: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'ｚ', '😀').map((item) => item as ItemId),
    createdAtMs: fc.nat(2),
    available: fc.boolean(),
    ranks: fc.record({ short: rank, long: rank }),
  }),
  { selector: ({ item }) => item },
);

/** The properties that every `CatalogStateSource` must have. */
export function catalogStateSourceContract(create: () => Promise<CatalogStateSourceUnderTest>, numRuns: number): void {
  test('lists hold available items latest first, and counted ones by rank, ties by the bytes of the id', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.nat(6), async (given, removedPlace) => {
        const { source, catalog, putItems, rankItems, removeItem } = await create();
        await putItems(given);
        await rankItems(given);
        const removed = given[removedPlace]?.item;
        if (removed !== undefined) await removeItem(removed);
        const { nonPersonalized, space } = await source.lists(catalog);
        expect(space).toBeUndefined();
        const existing = given.filter(({ item, available }) => available && item !== removed);
        expect(nonPersonalized).toEqual({
          trending: wanted(given, ({ ranks }) => ranks.short),
          popular: wanted(given, ({ ranks }) => ranks.long),
          latest: wanted(existing, ({ createdAtMs }) => createdAtMs),
        });
      }),
      { numRuns },
    );
  });

  test('each list is as long as its limit at most', async () => {
    const { source, catalog, putItems, rankItems } = await create();
    const many = Array.from({ length: NON_PERSONALIZED_MAX + 5 }, (_, place): ListedEntry => {
      const ranks = { short: place, long: -place };
      return { item: `item-${place}` as ItemId, createdAtMs: place, available: true, ranks };
    });
    await putItems(many);
    await rankItems(many);
    const { trending, popular, latest } = (await source.lists(catalog)).nonPersonalized;
    for (const list of [trending, popular, latest]) expect(list).toHaveLength(NON_PERSONALIZED_MAX);
    expect(trending[0]?.item).toBe(many.at(-1)!.item);
    expect(popular[0]?.item).toBe(many[0]!.item);
  });

  test('knows which catalogs exist, and keeps them apart', async () => {
    const [one, other] = [await create(), await create()];
    expect(await one.source.exists(one.catalog)).toBe(true);
    expect(await one.source.exists('nowhere' as CatalogId)).toBe(false);
    const before = await other.source.marks(other.catalog);
    await one.putItems([{ item: 'a' as ItemId, createdAtMs: 1, available: true, ranks: none }]);
    expect((await other.source.lists(other.catalog)).nonPersonalized.latest).toEqual([]);
    expect(await other.source.marks(other.catalog)).toEqual(before);
  });

  test('every change of items, embeddings and spaces raises one mark, events and erasures another', async () => {
    const under = await create();
    const { source, catalog } = under;
    const entry = { item: 'a' as ItemId, createdAtMs: 1, available: true, ranks: { short: 1, long: 1 } };
    const raising: readonly (readonly ['items' | 'events', () => Promise<void>])[] = [
      ['items', () => under.putItems([entry])],
      ['items', () => under.serve(SPACE)],
      ['items', () => under.embed(SPACE, entry.item)],
      ['items', () => under.removeItem(entry.item)],
      ['events', () => under.rankItems([entry])],
      ['events', () => under.erase()],
    ];
    for (const [mark, change] of raising) {
      const before = await source.marks(catalog);
      await change();
      const after = await source.marks(catalog);
      expect(after[mark]).toBeGreaterThan(before[mark]);
      expect(after).toEqual({ ...before, [mark]: after[mark] });
      expect(await source.marks(catalog)).toEqual(after);
    }
    expect((await source.lists(catalog)).space).toBe(SPACE);
  });

  test('the space that serves last is the one that is named', async () => {
    const { source, catalog, serve } = await create();
    await serve(SPACE);
    await serve('next' as SpaceId);
    expect((await source.lists(catalog)).space).toBe('next');
  });

  test('the artifact that should rank is marked until all are withdrawn', async () => {
    const { source, catalog, serveArtifact, withdrawArtifacts } = await create();
    expect((await source.marks(catalog)).artifact).toBeNull();
    await serveArtifact(1);
    await serveArtifact(2);
    expect((await source.marks(catalog)).artifact).toBe(2);
    await withdrawArtifacts();
    expect((await source.marks(catalog)).artifact).toBeNull();
  });
}

const none: CounterRanks = { short: undefined, long: undefined };

function wanted(given: readonly ListedEntry[], scoreOf: (entry: ListedEntry) => number | undefined) {
  return given
    .flatMap((entry) => {
      const score = scoreOf(entry);
      return score === undefined ? [] : [{ item: entry.item, score }];
    })
    .sort((a, b) => b.score - a.score || compareIds(a.item, b.item));
}
