import { encodeToken } from '@kindred/shared/api/write-token';
import { type CatalogId, type ItemId, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { ALL_QUESTIONS } from '../reads/store-probe.fixture.ts';
import { idOf, NEXT_SPACE, NeighborsFixture, requestOf, SPACE, vectorOf } from './neighbors.fixture.ts';

const idsOf = (from: number, count: number): readonly ItemId[] =>
  Array.from({ length: count }, (_, n) => idOf(from + n));

/** Ids of the items found for the text that is embedded as the item of that number. */
async function found(fixture: NeighborsFixture, n: number, request: Parameters<typeof requestOf>[0] = {}) {
  return (await fixture.search.byText(MAIN_CATALOG, String(n), requestOf(request))).items.map(({ item }) => item);
}

test('finds the items nearest to the text, which is embedded as a query', async () => {
  const fixture = new NeighborsFixture(30);
  expect(await found(fixture, 0)).toEqual(idsOf(0, 10));
  expect(fixture.embedded).toEqual([`${SPACE}: query 0`]);
  expect(fixture.neighbors.asked.map(({ queries }) => queries.length)).toEqual([0, 1]);
  expect(fixture.neighbors.asked[1]!.queries[0]!.target).toEqual({ vector: vectorOf(0), space: SPACE });
});

test('looks deeper in place of deleted items, and filters by the fields as they are now', async () => {
  const fixture = new NeighborsFixture(200);
  for (const item of idsOf(0, 50)) fixture.remove(item);
  for (const item of idsOf(50, 20)) fixture.put(item, { tags: ['a'] }, { isIndexed: false });
  expect(await found(fixture, 0, { filter: { tags: { none: ['a'] } } })).toEqual(idsOf(70, 10));
});

test('a catalog without a serving space has nothing to find, and embeds nothing', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.serve(undefined);
  expect(await fixture.search.byText(MAIN_CATALOG, '0', requestOf())).toEqual({ items: [], degraded: [] });
  expect(fixture.embedded).toEqual([]);
});

test('a space that takes over while the text is embedded is searched with its own model', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.embed(idOf(3), Float32Array.of(0, 1), NEXT_SPACE);
  fixture.neighbors.onAsked = () => {
    if (fixture.neighbors.asked.length === 2) fixture.serve(NEXT_SPACE);
  };
  expect(await found(fixture, 0)).toEqual([idOf(3)]);
  expect(fixture.embedded).toEqual([`${SPACE}: query 0`, `${NEXT_SPACE}: query 0`]);
});

test('spaces that take over again and again are followed three times, then the search is unavailable', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.neighbors.onAsked = () => {
    if (fixture.neighbors.asked.length > 1)
      fixture.serve(fixture.neighbors.asked.length % 2 === 0 ? NEXT_SPACE : SPACE);
  };
  await expect(found(fixture, 0)).rejects.toMatchObject({ code: 'unavailable' });
  expect(fixture.embedded).toHaveLength(3);
});

test('a space that stops serving while the text is embedded leaves nothing to find', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.neighbors.onAsked = () => {
    if (fixture.neighbors.asked.length === 2) fixture.serve(undefined);
  };
  expect(await found(fixture, 0)).toEqual([]);
});

test('a space whose model is not known here is a problem', async () => {
  const fixture = new NeighborsFixture(5);
  fixture.serve('of another model' as SpaceId);
  await expect(found(fixture, 0)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('of another model'),
  });
});

test('an unavailable index and an unknown catalog are problems', async () => {
  const fixture = new NeighborsFixture(5);
  const nowhere = fixture.search.byText('nowhere' as CatalogId, '0', requestOf());
  await expect(nowhere).rejects.toMatchObject({ code: 'catalog-not-found' });
  fixture.neighbors.isUnavailable = true;
  await expect(found(fixture, 0)).rejects.toMatchObject({ code: 'unavailable' });
});

test('while the store is unavailable, the index alone answers', async () => {
  const fixture = new NeighborsFixture(30);
  fixture.stores.fail(ALL_QUESTIONS);
  const { items, degraded } = await fixture.search.byText(MAIN_CATALOG, '0', requestOf({ limit: 5 }));
  expect(items.map(({ item }) => item)).toEqual(idsOf(0, 5));
  expect(degraded).toEqual(['items']);
});

test('a write that must be reflected is waited for by both questions to the index', async () => {
  const fixture = new NeighborsFixture(5);
  await found(fixture, 0, { after: encodeToken({ change: 3 }) });
  expect(fixture.neighbors.asked.map(({ position }) => position)).toEqual([fixture.lastChange, fixture.lastChange]);
});
