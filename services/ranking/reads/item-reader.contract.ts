import type { ItemFields } from '@kindred/shared/catalog';
import { type CatalogId, compareIds, type ItemId, type SpaceId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ItemReader, PageKey } from './item-reader.ts';

/** An item reader with the store that it reads, and one catalog of its own in that. */
export interface ItemReaderUnderTest {
  readonly reader: ItemReader;
  readonly catalog: CatalogId;
  put(item: ItemId, fields: ItemFields, createdAtMs: number): Promise<void>;
  /** Deletes the item with its embeddings. */
  remove(item: ItemId): Promise<void>;
  /** Gives the item an embedding, or the next one. */
  embed(space: SpaceId, item: ItemId): Promise<void>;
}

const ITEMS = ['b', 'a', 'ｚ', '😀', 'item 5'].map((item) => item as ItemId);
const SPACES = ['one', 'other'].map((space) => space as SpaceId);
const item = fc.constantFrom(...ITEMS);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ act: fc.constant('put'), item, createdAtMs: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('remove'), item }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('embed'), item, space: fc.constantFrom(...SPACES) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constant('look'),
        asked: fc.subarray(ITEMS, { minLength: 1 }),
        space: fc.constantFrom(...SPACES, undefined),
      }),
    },
  ),
  { maxLength: 25, size: 'max' },
);
type Step = typeof steps extends fc.Arbitrary<readonly (infer Each)[]> ? Each : never;

interface Known {
  readonly title: string;
  readonly createdAtMs: number;
  /** Spaces by the number of embeddings that the item has had in them. */
  readonly embeddings: ReadonlyMap<SpaceId, number>;
}

/** The properties that every `ItemReader` must have. */
export function itemReaderContract(create: () => Promise<ItemReaderUnderTest>, numRuns: number): void {
  test('a view shows the items as they are, whatever earlier views have cached', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const under = await create();
        const known = new Map<ItemId, Known>();
        for (const [place, step] of plan.entries()) await taken(under, known, step, place);
      }),
      { numRuns },
    );
  });

  test('a change of an item or of its embedding gives a larger change number', async () => {
    const { reader, catalog, put, embed } = await create();
    const space = SPACES[0]!;
    const rowNow = async () => (await (await reader.view(catalog)).rows(space, ITEMS)).get(ITEMS[0]!)!;
    await put(ITEMS[0]!, {}, 1);
    const first = await rowNow();
    expect(first.embeddingChange).toBeUndefined();
    await put(ITEMS[0]!, { title: 'new' }, 1);
    const renamed = await rowNow();
    expect(renamed.change).toBeGreaterThan(first.change);
    await embed(space, ITEMS[0]!);
    const embedded = await rowNow();
    await embed(space, ITEMS[0]!);
    expect((await rowNow()).embeddingChange).toBeGreaterThan(embedded.embeddingChange!);
    expect((await rowNow()).change).toBe(renamed.change);
  });

  test('pages hold every item once, latest created first, ties by the bytes of the id', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ item, createdAtMs: fc.nat(2) }), { selector: (entry) => entry.item }),
        fc.integer({ min: 1, max: 3 }),
        async (given, countMax) => {
          const { reader, catalog, put } = await create();
          for (const entry of given) await put(entry.item, {}, entry.createdAtMs);
          const found: PageKey[] = [];
          for (;;) {
            const page = await reader.page(catalog, found.at(-1), countMax);
            expect(page.length).toBeLessThanOrEqual(countMax);
            found.push(...page);
            expect(found.length).toBeLessThanOrEqual(given.length);
            if (page.length < countMax) break;
          }
          const wanted = given.toSorted((a, b) => b.createdAtMs - a.createdAtMs || compareIds(a.item, b.item));
          expect(found).toEqual(wanted);
        },
      ),
      { numRuns },
    );
  });

  test('pages leave out deleted items, and catalogs do not see each other’s', async () => {
    const [one, other] = [await create(), await create()];
    await one.put(ITEMS[0]!, { title: 'one' }, 1);
    await one.put(ITEMS[1]!, {}, 2);
    await one.remove(ITEMS[1]!);
    await other.put(ITEMS[0]!, { title: 'other' }, 3);
    expect(await one.reader.page(one.catalog, undefined, 10)).toEqual([{ item: ITEMS[0], createdAtMs: 1 }]);
    const rows = await (await one.reader.view(one.catalog)).rows(undefined, ITEMS);
    expect([...rows.values()].map(({ fields }) => fields.title)).toEqual(['one']);
  });

  test('the rows that were read last are there without the store, each for the space it was read with', async () => {
    const { reader, catalog, put, embed } = await create();
    const [space, other] = [SPACES[0]!, SPACES[1]!];
    await put(ITEMS[0]!, { title: 'read' }, 1);
    await put(ITEMS[1]!, { title: 'never read' }, 1);
    await embed(space, ITEMS[0]!);
    expect(reader.kept(catalog, space, ITEMS)).toEqual(new Map());
    const read = await (await reader.view(catalog)).rows(space, [ITEMS[0]!]);
    expect(reader.kept(catalog, space, ITEMS)).toEqual(read);
    expect(reader.kept(catalog, other, ITEMS)).toEqual(new Map());
  });
}

async function taken(under: ItemReaderUnderTest, known: Map<ItemId, Known>, step: Step, place: number): Promise<void> {
  if ('asked' in step) return expectRows(under, known, step);
  if ('createdAtMs' in step) {
    const title = `title ${place}`;
    await under.put(step.item, { title, available: place % 2 === 0 }, step.createdAtMs);
    const embeddings = known.get(step.item)?.embeddings ?? new Map();
    known.set(step.item, { title, createdAtMs: step.createdAtMs, embeddings });
    return;
  }
  const before = known.get(step.item);
  if (!('space' in step)) {
    if (before !== undefined) await under.remove(step.item);
    known.delete(step.item);
  } else if (before !== undefined) {
    await under.embed(step.space, step.item);
    const embeddings = new Map([...before.embeddings, [step.space, (before.embeddings.get(step.space) ?? 0) + 1]]);
    known.set(step.item, { ...before, embeddings });
  }
}

async function expectRows(
  { reader, catalog }: ItemReaderUnderTest,
  known: ReadonlyMap<ItemId, Known>,
  { asked, space }: { readonly asked: readonly ItemId[]; readonly space: SpaceId | undefined },
): Promise<void> {
  const rows = await (await reader.view(catalog)).rows(space, asked);
  expect([...rows.keys()].sort()).toEqual(asked.filter((wanted) => known.has(wanted)).sort());
  for (const [id, row] of rows) {
    const { title, createdAtMs, embeddings } = known.get(id)!;
    expect(row).toMatchObject({ item: id, createdAtMs, available: row.fields.available, fields: { title } });
    expect(row.bytes).toBeGreaterThan(0);
    expect(row.embeddingChange !== undefined).toBe(space !== undefined && embeddings.has(space));
  }
}
