import { encodeToken } from '@kindred/shared/api/write-token';
import { type CatalogId, type ItemId, MAIN_CATALOG, type UserId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { ReadYourWrites } from '../events/read-your-writes.ts';
import { KnownCatalogs } from '../known-catalogs.ts';
import { CatalogFixture, requestOf } from './catalog.fixture.ts';
import { Recommendations } from './recommendations.ts';

const request = requestOf({ user: 'user' as UserId });

function recommendationsOf(fixture: CatalogFixture, applied: ReadonlyMap<number, number>): Recommendations {
  const existing = async () => new Set([fixture.catalog]);
  return new Recommendations({
    catalogs: new KnownCatalogs({ existing }),
    writes: new ReadYourWrites({ events: { progress: async () => applied }, neighbors: fixture.neighbors }),
    recommender: fixture.recommender,
  });
}

test('answers what the recommender does', async () => {
  const fixture = new CatalogFixture();
  fixture.put({ item: 'item' as ItemId });
  const slate = await recommendationsOf(fixture, new Map()).recommend(MAIN_CATALOG, request, undefined);
  expect(slate.items.map(({ item }) => item)).toEqual(['item']);
  expect(slate).toEqual(await fixture.recommend(request));
});

test('an item write behind the token is in the slate, within the second that states are kept', async () => {
  const fixture = new CatalogFixture();
  const recommendations = recommendationsOf(fixture, new Map());
  fixture.put({ item: 'old' as ItemId, createdAtMs: 1 });
  await recommendations.recommend(MAIN_CATALOG, request, undefined);
  fixture.put({ item: 'new' as ItemId, createdAtMs: 2, change: 50 });
  const slate = await recommendations.recommend(MAIN_CATALOG, request, encodeToken({ change: 50 }));
  expect(slate.items.map(({ item }) => item)).toEqual(['new', 'old']);
  expect(slate.items[0]!.sources).toEqual(['latest']);
});

test('an event write behind the token is waited for', async () => {
  const fixture = new CatalogFixture();
  const token = encodeToken({ log: 'log', offsets: { 0: 4 } });
  const early = recommendationsOf(fixture, new Map([[0, 4]])).recommend(MAIN_CATALOG, request, token);
  await expect(early).rejects.toMatchObject({ code: 'not-yet-applied' });
  const applied = await recommendationsOf(fixture, new Map([[0, 5]])).recommend(MAIN_CATALOG, request, token);
  expect(applied.items).toEqual([]);
});

test('an unknown catalog and a broken token are problems', async () => {
  const recommendations = recommendationsOf(new CatalogFixture(), new Map());
  const nowhere = recommendations.recommend('nowhere' as CatalogId, request, undefined);
  await expect(nowhere).rejects.toMatchObject({ code: 'catalog-not-found' });
  const broken = recommendations.recommend(MAIN_CATALOG, request, 'no token');
  await expect(broken).rejects.toMatchObject({ code: 'invalid-token' });
});
