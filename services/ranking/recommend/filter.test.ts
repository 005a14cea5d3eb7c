import { type EventId, type ItemId, MAIN_CATALOG, type SpaceId, type UserId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { describe, expect, test } from 'vitest';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import { rememberingCentre } from '../catalog-state/mean.ts';
import { MemoryHistorySource } from '../reads/history-source.fixture.ts';
import type { ItemReader, ItemRow } from '../reads/item-reader.ts';
import { MemoryEmbeddingSource } from '../reads/memory-embedding-source.ts';
import { MemoryItemReader } from '../reads/memory-item-reader.ts';
import { Reader } from '../reads/reader.ts';
import { StoreProbe } from '../reads/store-probe.fixture.ts';
import { requestOf } from './catalog.fixture.ts';
import { filter } from './filter.ts';
import { reciprocalRankFusion } from './reciprocal-rank-fusion.ts';
import { fusionScorer } from './scorer.ts';
import type { RecommendRequest } from './slate.ts';

const USER = 'user' as UserId;
const SPACE = 'space' as SpaceId;
const idOf = (n: number): ItemId => `item-${String(n).padStart(5, '0')}` as ItemId;
const idsOf = (count: number, from = 0): readonly ItemId[] => Array.from({ length: count }, (_, n) => idOf(from + n));

/** A store of items, all of them available. */
function storeOf(
  existing: readonly ItemId[],
  items: ItemReader & { put?: MemoryItemReader['put'] } = new MemoryItemReader(),
) {
  const histories = new MemoryHistorySource();
  const embeddings = new MemoryEmbeddingSource();
  for (const [place, item] of existing.entries()) {
    items.put?.(MAIN_CATALOG, { item, change: place + 1, fields: {}, createdAtMs: 10_000 - place });
  }
  const probe = new StoreProbe({ histories, items, embeddings });
  const { histories: asked, items: read, embeddings: embedded } = probe;
  const log = createLog('test', 'silent');
  const reader = new Reader({ histories: asked, items: read, embeddings: embedded, isAway: () => false, log });
  const see = (item: ItemId, type: 'impression' | 'hide' | 'save'): void =>
    histories.add(MAIN_CATALOG, USER, {
      id: `${item} ${type}` as EventId,
      item,
      type,
      value: 1,
      atMs: 1,
      isRetracted: false,
    });
  return { probe, reader, see, embeddings };
}

type Store = ReturnType<typeof storeOf>;

/** Filters candidates that one source gave, best first. */
async function filtered(
  { reader }: Store,
  candidates: readonly ItemId[],
  request: Partial<RecommendRequest> = {},
  state: Partial<CatalogState> = {},
) {
  const lists = [
    { source: 'similar', weight: 1, candidates: candidates.map((item) => ({ item, sourceScore: 1 })) },
  ] as const;
  const scorer = fusionScorer();
  const scored = { scorer, candidates: reciprocalRankFusion(lists).map((candidate) => scorer.score(candidate)) };
  const query = {
    request: requestOf({ user: USER, diversity: 0, ...request }),
    state: { ...STATE, ...state },
    reads: reader.begin(MAIN_CATALOG),
    position: undefined,
  };
  const eligible = await filter(scored, query, rememberingCentre());
  return { ...eligible, items: eligible.pool.map(({ item }) => item) };
}

const STATE: CatalogState = {
  space: undefined,
  nonPersonalized: { trending: [], popular: [], latest: [] },
  graph: undefined,
  trained: undefined,
  mean: undefined,
  itemsChange: 1,
  missing: [],
  version: 'v',
};
const popularOf = (items: readonly ItemId[]) => ({
  nonPersonalized: { ...STATE.nonPersonalized, popular: items.map((item, place) => ({ item, score: -place })) },
});

describe('round trips', () => {
  test('are one for rows and one for seen items if the first page suffices', async () => {
    const store = storeOf(idsOf(500));
    const { items } = await filtered(store, idsOf(500), { limit: 10 });
    expect(items).toEqual(idsOf(100));
    expect(store.probe.asked).toEqual(['view', 'seen', 'rows']);
    expect(store.probe.rowsAsked.map(({ length }) => length)).toEqual([130]);
  });

  test('read pages that double while too few candidates may be shown', async () => {
    const store = storeOf([...idsOf(9), ...idsOf(100, 2_000)]);
    const { items } = await filtered(store, idsOf(2_100), { limit: 10 });
    expect(store.probe.rowsAsked.map(({ length }) => length)).toEqual([130, 260, 520, 1_040, 150]);
    expect(items.slice(0, 10)).toEqual([...idsOf(9), idOf(2_000)]);
  });

  test('stop with the page that fills the limit', async () => {
    const store = storeOf([...idsOf(9), idOf(200), ...idsOf(1_000, 500)]);
    const { items } = await filtered(store, idsOf(1_500), { limit: 10 });
    expect(store.probe.rowsAsked.map(({ length }) => length)).toEqual([130, 260]);
    expect(items).toEqual([...idsOf(9), idOf(200)]);
  });

  test('read each item once, and none for candidates that were looked at already', async () => {
    const store = storeOf(idsOf(3));
    const { items } = await filtered(store, idsOf(8), { limit: 10 }, popularOf(idsOf(8)));
    expect(items).toEqual(idsOf(3));
    expect(store.probe.asked.filter((asked) => asked !== 'view')).toEqual(['seen', 'rows', 'page']);
  });

  test('grow with the limit', async () => {
    const store = storeOf(idsOf(1_000));
    expect((await filtered(store, idsOf(1_000), { limit: 200 })).items).toHaveLength(400);
    expect(store.probe.rowsAsked.map(({ length }) => length)).toEqual([430]);
  });

  test('read the embeddings of the pool once, and none without diversity or a space', async () => {
    const store = storeOf(idsOf(200));
    await filtered(store, idsOf(200), { diversity: 0 }, { space: SPACE });
    await filtered(store, idsOf(200), { diversity: 0.5 });
    expect(store.probe.count('vectors')).toBe(0);
    await filtered(store, idsOf(200), { diversity: 0.5 }, { space: SPACE });
    expect(store.probe.count('vectors')).toBe(1);
  });
});

describe('the refill', () => {
  test('takes popular items, then the newest, behind every retrieved one', async () => {
    const store = storeOf(idsOf(40));
    const { pool, items } = await filtered(store, [idOf(30), idOf(31)], { limit: 20 }, popularOf([idOf(39), idOf(38)]));
    expect(items.slice(0, 6)).toEqual([idOf(30), idOf(31), idOf(39), idOf(38), idOf(0), idOf(1)]);
    expect(items).toHaveLength(40);
    const scores = pool.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(pool[2]!.ranks).toMatchObject([{ source: 'popular', rank: 1 }]);
    expect(pool[4]!.ranks).toMatchObject([{ source: 'latest', rank: 1 }]);
  });

  test('is not asked for while retrieved candidates fill the limit', async () => {
    const store = storeOf(idsOf(40));
    const { items } = await filtered(store, idsOf(10), { limit: 10 }, popularOf([idOf(39)]));
    expect(items).toEqual(idsOf(10));
    expect(store.probe.count('page')).toBe(0);
  });

  test('goes through the whole catalog for a filter that keeps almost nothing, and asks for no page after the last', async () => {
    const items = new MemoryItemReader();
    const store = storeOf(idsOf(2_500), items);
    items.put(MAIN_CATALOG, { item: idOf(2_499), change: 1, fields: { tags: ['rare'] }, createdAtMs: 0 });
    const found = await filtered(store, [], { limit: 10, filter: { tags: { any: ['rare'] } } });
    expect(found.items).toEqual([idOf(2_499)]);
    expect(store.probe.count('page')).toBe(3);
    expect(store.probe.rowsAsked.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  test('gives up after 50,000 rows', async () => {
    const store = storeOf([], new EndlessCatalog());
    const found = await filtered(store, [], { filter: { tags: { any: ['nowhere'] } } });
    expect(found.items).toEqual([]);
    expect(store.probe.count('page')).toBe(50);
  });
});

/** A catalog without an end, of items without fields. */
class EndlessCatalog implements ItemReader {
  async view() {
    return {
      rows: async (_space: SpaceId | undefined, items: readonly ItemId[]) =>
        new Map(items.map((item) => [item, { ...ROW, item }] as const)),
    };
  }

  kept() {
    return new Map();
  }

  async page(_catalog: unknown, after: { readonly createdAtMs: number } | undefined, countMax: number) {
    const from = -(after?.createdAtMs ?? 1);
    return Array.from({ length: countMax }, (_, n) => ({ item: idOf(from + n + 1), createdAtMs: -(from + n + 1) }));
  }
}
const ROW: Omit<ItemRow, 'item'> = {
  change: 1,
  fields: {},
  bytes: 2,
  available: true,
  createdAtMs: 0,
  embeddingChange: undefined,
};

test('unavailable, deleted, excluded, seen and hidden items are left out', async () => {
  const items = new MemoryItemReader();
  const store = storeOf(idsOf(8), items);
  items.put(MAIN_CATALOG, { item: idOf(0), change: 99, fields: { available: false }, createdAtMs: 0 });
  items.remove(MAIN_CATALOG, idOf(1));
  store.see(idOf(2), 'impression');
  store.see(idOf(3), 'save');
  store.see(idOf(4), 'hide');
  const request = { exclude: [idOf(5)] };
  expect((await filtered(store, idsOf(8), request)).items).toEqual([idOf(6), idOf(7)]);
  const withSeen = await filtered(store, idsOf(8), { ...request, includeSeen: true });
  expect(withSeen.items).toEqual([idOf(2), idOf(3), idOf(6), idOf(7)]);
  const any = await filtered(store, idsOf(8), { ...request, filter: { available: 'any' } });
  expect(any.items).toEqual([idOf(0), idOf(6), idOf(7)]);
});

test('marks of what was read change with rows, embeddings and events, and with nothing else', async () => {
  const items = new MemoryItemReader();
  const store = storeOf(idsOf(3), items);
  const marks = async () => (await filtered(store, idsOf(3), {}, { space: SPACE })).readMarks;
  let before = await marks();
  expect(before).toHaveLength(3);
  for (const write of [
    () => items.put(MAIN_CATALOG, { item: idOf(0), change: 50, fields: {}, createdAtMs: 0 }),
    () => items.embed(MAIN_CATALOG, SPACE, idOf(0), 51),
    () => store.see(idOf(0), 'impression'),
    () => store.see(idOf(0), 'hide'),
    () => items.remove(MAIN_CATALOG, idOf(0)),
  ]) {
    expect(await marks()).toEqual(before);
    write();
    const after = await marks();
    expect(after).not.toEqual(before);
    expect(after.slice(1)).toEqual(before.slice(1));
    before = after;
  }
});

test('embeddings are centred on the catalog’s mean, and items without one have none', async () => {
  const items = new MemoryItemReader();
  const store = storeOf(idsOf(2), items);
  items.embed(MAIN_CATALOG, SPACE, idOf(0), 1);
  store.embeddings.put(MAIN_CATALOG, SPACE, idOf(0), { change: 1, vector: Float32Array.of(0.6, 0.8) });
  const mean = { vector: Float32Array.of(0.6, 0), version: 'v' };
  const { pool } = await filtered(store, idsOf(2), { diversity: 0.5 }, { space: SPACE, mean });
  expect(pool.map(({ vector }) => vector)).toEqual([Float32Array.of(0, 1), undefined]);
});
