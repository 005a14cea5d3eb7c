import { encodeToken } from '@kindred/shared/api/write-token';
import { type CatalogId, type ItemId, MAIN_CATALOG } from '@kindred/shared/id';
import { dot } from '@kindred/shared/numeric/vector';
import { expect, test } from 'vitest';
import { ALL_QUESTIONS } from '../reads/store-probe.fixture.ts';
import { idOf, NeighborsFixture, requestOf, vectorOf } from './neighbors.fixture.ts';

const idsOf = (from: number, count: number): readonly ItemId[] =>
  Array.from({ length: count }, (_, n) => idOf(from + n));

/** Ids of the neighbors of the first item. */
async function similar(fixture: NeighborsFixture, request: Parameters<typeof requestOf>[0] = {}) {
  return (await fixture.similar.to(MAIN_CATALOG, idOf(0), requestOf(request))).items.map(({ item }) => item);
}

test('lists the nearest items by falling similarity, without the item itself', async () => {
  const fixture = new NeighborsFixture(30);
  const { items, degraded } = await fixture.similar.to(MAIN_CATALOG, idOf(0), requestOf());
  expect(items.map(({ item }) => item)).toEqual(idsOf(1, 10));
  for (const [n, { similarity }] of items.entries()) {
    expect(similarity).toBeCloseTo(dot(vectorOf(0), vectorOf(n + 1)), 6);
  }
  expect(degraded).toEqual([]);
});

test('asks the index once, for some more than the limit', async () => {
  const fixture = new NeighborsFixture(30);
  await similar(fixture);
  expect(fixture.neighbors.asked.map(({ queries }) => queries)).toEqual([[{ target: { item: idOf(0) }, k: 20 }]]);
});

test('asks ever deeper until enough items exist', async () => {
  const fixture = new NeighborsFixture(500);
  for (const item of idsOf(1, 100)) fixture.remove(item);
  expect(await similar(fixture)).toEqual(idsOf(101, 10));
  expect(fixture.neighbors.asked.map(({ queries }) => queries[0]!.k)).toEqual([20, 80, 320]);
});

test('stops where the index has no more, or at a thousand', async () => {
  const few = new NeighborsFixture(30);
  for (const item of idsOf(1, 25)) few.remove(item);
  expect(await similar(few)).toEqual(idsOf(26, 4));
  expect(few.neighbors.asked.map(({ queries }) => queries[0]!.k)).toEqual([20, 80]);
  const many = new NeighborsFixture(1_300);
  for (const item of idsOf(1, 999)) many.remove(item);
  expect(await similar(many)).toEqual([idOf(1_000)]);
  expect(many.neighbors.asked.map(({ queries }) => queries[0]!.k)).toEqual([20, 80, 320, 1_000]);
});

test('filters by the fields as they are now, not as the index knows them', async () => {
  const fixture = new NeighborsFixture(30);
  for (const item of idsOf(1, 20)) fixture.put(item, { tags: ['a'] });
  fixture.put(idOf(1), { tags: ['b'] }, { isIndexed: false });
  const filter = { tags: { any: ['a'] } };
  expect(await similar(fixture, { filter })).toEqual(idsOf(2, 10));
  expect(fixture.neighbors.asked[0]!.queries[0]!.filter).toEqual(filter);
});

test('leaves out unavailable items, unless the filter names them', async () => {
  const fixture = new NeighborsFixture(30);
  fixture.put(idOf(1), { available: false }, { isIndexed: false });
  fixture.put(idOf(2), { available: false });
  expect(await similar(fixture)).toEqual(idsOf(3, 10));
  expect(await similar(fixture, { filter: { available: false } })).toEqual([idOf(2)]);
  expect(await similar(fixture, { filter: { available: 'any' }, limit: 3 })).toEqual(idsOf(1, 3));
});

test('answers the fields of each item only if asked to', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.put(idOf(1), { title: 'nearest' });
  const ask = async (expand: boolean) =>
    (await fixture.similar.to(MAIN_CATALOG, idOf(0), requestOf({ expand }))).items[0]!;
  expect(await ask(false)).not.toHaveProperty('details');
  expect((await ask(true)).details).toEqual({
    id: idOf(1),
    available: true,
    title: 'nearest',
    createdAt: '1970-01-01T00:00:00.000Z',
  });
});

test('an item without an embedding has no neighbors, and one that does not exist is a problem', async () => {
  const fixture = new NeighborsFixture(5);
  const plain = 'not embedded' as ItemId;
  fixture.put(plain);
  expect(await fixture.similar.to(MAIN_CATALOG, plain, requestOf())).toEqual({ items: [], degraded: [] });
  fixture.remove(idOf(3));
  for (const item of [idOf(3), 'never written' as ItemId]) {
    await expect(fixture.similar.to(MAIN_CATALOG, item, requestOf())).rejects.toMatchObject({ code: 'item-not-found' });
  }
});

test('a catalog that does not exist is a problem, and costs the index nothing', async () => {
  const fixture = new NeighborsFixture(5);
  const asked = fixture.similar.to('nowhere' as CatalogId, idOf(0), requestOf());
  await expect(asked).rejects.toMatchObject({ code: 'catalog-not-found' });
  expect(fixture.neighbors.asked).toEqual([]);
});

test('an unavailable index is a problem', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.neighbors.isUnavailable = true;
  await expect(similar(fixture)).rejects.toMatchObject({ code: 'unavailable' });
});

test('while the store is unavailable, items are answered as they were last read or as the index knows them', async () => {
  const fixture = new NeighborsFixture(30);
  fixture.put(idOf(2), { available: false }, { isIndexed: false });
  await similar(fixture, { limit: 5 });
  fixture.stores.fail(ALL_QUESTIONS);
  const { items, degraded } = await fixture.similar.to(MAIN_CATALOG, idOf(0), requestOf({ expand: true, limit: 20 }));
  expect(degraded).toEqual(['items']);
  expect(items.map(({ item }) => item)).toEqual([idOf(1), ...idsOf(3, 19)]);
  expect(items.filter(({ details }) => details !== undefined).map(({ item }) => item)).toEqual([
    idOf(1),
    ...idsOf(3, 13),
  ]);
});

test('while the store is unavailable, an item that it does not know may exist: no problem is made of it', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.stores.fail(ALL_QUESTIONS);
  const answer = await fixture.similar.to(MAIN_CATALOG, 'never written' as ItemId, requestOf());
  expect(answer).toEqual({ items: [], degraded: ['items'] });
});

test('a write that must be reflected is waited for, and its position asked of the index', async () => {
  const fixture = new NeighborsFixture(5);
  const after = encodeToken({ change: fixture.lastChange });
  expect(await similar(fixture, { after })).toHaveLength(4);
  expect(fixture.neighbors.asked[0]!.position).toBe(fixture.lastChange);
  const early = encodeToken({ change: fixture.lastChange + 1 });
  await expect(similar(fixture, { after: early })).rejects.toMatchObject({ code: 'not-yet-applied' });
  await expect(similar(fixture, { after: 'no token' })).rejects.toMatchObject({ code: 'invalid-token' });
});
