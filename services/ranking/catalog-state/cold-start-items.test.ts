import { setImmediate } from 'node:timers/promises';
import { type CatalogId, type ItemId, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { expect, test } from 'vitest';
import { MemoryNeighborSource } from '../neighbors/memory-neighbor-source.ts';
import { NeighborProbe } from '../neighbors/neighbor-probe.fixture.ts';
import { type ColdStart, NO_COLD_START } from '../sources/donors.ts';
import { items, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { CatalogState } from './catalog-states.ts';
import { ColdStartItems } from './cold-start-items.ts';

const SPACE = 'space' as SpaceId;
const NEW = 'new' as ItemId;
const trained: TrainedCatalog = trainedCatalog(1);
trained.model.positives.fill(20);
trained.imputedShare.fill(0);

function stateOf(parts: Partial<CatalogState> = {}, latest: readonly ItemId[] = [NEW, ...items]): CatalogState {
  return {
    space: SPACE,
    nonPersonalized: { trending: [], popular: [], latest: latest.map((item, place) => ({ item, score: -place })) },
    graph: undefined,
    trained,
    mean: undefined,
    itemsChange: 1,
    missing: [],
    version: 'v',
    ...parts,
  };
}

/** An index in which the new item lies next to the first two items of the artifact. */
function coldStartItems() {
  const index = new MemoryNeighborSource();
  index.serve(MAIN_CATALOG, SPACE, 1);
  for (const [item, vector] of [
    [NEW, Float32Array.of(1, 0)],
    [items[0]!, Float32Array.of(0.8, 0.6)],
    [items[1]!, Float32Array.of(0.6, 0.8)],
  ] as const) {
    index.putItem(MAIN_CATALOG, item, {}, 1);
    index.embed(MAIN_CATALOG, SPACE, item, { vector, change: 1 });
  }
  const neighbors = new NeighborProbe(index);
  const clock = { nowMs: 0 };
  const coldStart = new ColdStartItems({ neighbors, log: createLog('test', 'silent'), now: () => clock.nowMs });
  /** The cold-start items after the look-up that a request starts. */
  const after = async (state: CatalogState, catalog: CatalogId = MAIN_CATALOG): Promise<ColdStart> => {
    clock.nowMs += 1_001;
    coldStart.of(catalog, state);
    await setImmediate();
    return coldStart.of(catalog, state);
  };
  return { neighbors, index, clock, coldStart, after };
}

test('a new item gets its nearest items of the artifact as donors, looked up behind the request', async () => {
  const { coldStart, after, neighbors } = coldStartItems();
  expect(coldStart.of(MAIN_CATALOG, stateOf())).toBe(NO_COLD_START);
  const found = await after(stateOf());
  expect([...found.donors.keys()]).toEqual([NEW]);
  const donors = found.donors.get(NEW)!;
  expect(donors.map(({ number }) => number)).toEqual([0, 1]);
  expect(donors[0]!.weight + donors[1]!.weight).toBeCloseTo(1, 9);
  expect(donors[0]!.weight / donors[1]!.weight).toBeCloseTo((0.8 / 0.6) ** 16, 2);
  expect(neighbors.asked).toHaveLength(1);
  expect(neighbors.asked[0]!.queries).toEqual([{ target: { item: NEW }, k: 50 }]);
});

test('nothing is looked up without an artifact, or if it knows every item', async () => {
  const { after, neighbors } = coldStartItems();
  expect(await after(stateOf({ trained: undefined }))).toBe(NO_COLD_START);
  expect(await after(stateOf({}, items))).toBe(NO_COLD_START);
  expect(neighbors.asked).toEqual([]);
});

test('what was found is kept until artifact or items change, and looked up once a second at most', async () => {
  const { after, coldStart, clock, neighbors } = coldStartItems();
  const found = await after(stateOf());
  for (let request = 0; request < 3; request++) expect(await after(stateOf())).toBe(found);
  expect(neighbors.asked).toHaveLength(1);
  expect(await after(stateOf({ itemsChange: 2 }))).toEqual(found);
  expect(neighbors.asked).toHaveLength(2);
  clock.nowMs += 500;
  expect(coldStart.of(MAIN_CATALOG, stateOf({ itemsChange: 3 }))).toEqual(found);
  await setImmediate();
  expect(neighbors.asked).toHaveLength(2);
});

test('one look-up runs at a time', async () => {
  const { coldStart, clock, neighbors } = coldStartItems();
  for (let request = 0; request < 3; request++) {
    clock.nowMs += 1_001;
    coldStart.of(MAIN_CATALOG, stateOf({ itemsChange: request }));
  }
  await setImmediate();
  expect(neighbors.asked).toHaveLength(1);
});

test('while the index is unavailable the last donors stay, and it is asked again a second later', async () => {
  const { after, neighbors } = coldStartItems();
  const found = await after(stateOf());
  neighbors.isUnavailable = true;
  expect(await after(stateOf({ itemsChange: 2 }))).toBe(found);
  expect(await after(stateOf({ itemsChange: 2 }))).toBe(found);
  expect(neighbors.asked).toHaveLength(3);
  neighbors.isUnavailable = false;
  await after(stateOf({ itemsChange: 2 }));
  await after(stateOf({ itemsChange: 2 }));
  expect(neighbors.asked).toHaveLength(4);
});

test('donors of one artifact are never used with another, whose items have other numbers', async () => {
  const { after, coldStart, clock, neighbors } = coldStartItems();
  expect((await after(stateOf())).donors.size).toBe(1);
  const reversed = items.toReversed();
  const next: TrainedCatalog = {
    ...trained,
    version: 2,
    items: reversed,
    numbers: new Map(reversed.map((item, number) => [item, number])),
  };
  neighbors.isUnavailable = true;
  clock.nowMs += 1_001;
  expect(coldStart.of(MAIN_CATALOG, stateOf({ trained: next }))).toBe(NO_COLD_START);
  await setImmediate();
  neighbors.isUnavailable = false;
  const donors = (await after(stateOf({ trained: next }))).donors.get(NEW)!;
  expect(donors.map(({ number }) => reversed[number])).toEqual([items[0], items[1]]);
});

test('the version is that of the donors: equal ones have the same, others another', async () => {
  const { after, index } = coldStartItems();
  const first = await after(stateOf());
  expect((await after(stateOf({ itemsChange: 2 }))).version).toBe(first.version);
  index.removeItem(MAIN_CATALOG, items[1]!, 2);
  expect((await after(stateOf({ itemsChange: 3 }))).version).not.toBe(first.version);
});

test('only the newest items are looked up', async () => {
  const { after, neighbors } = coldStartItems();
  const many = Array.from({ length: 300 }, (_, place) => `new-${place}` as ItemId);
  await after(stateOf({}, many));
  expect(neighbors.asked[0]!.queries.map(({ target }) => target)).toEqual(many.slice(0, 200).map((item) => ({ item })));
});

test('catalogs do not share donors', async () => {
  const { after } = coldStartItems();
  expect((await after(stateOf())).donors.size).toBe(1);
  expect((await after(stateOf(), 'other' as CatalogId)).donors.size).toBe(0);
});
