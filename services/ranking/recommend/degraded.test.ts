import type { UserId } from '@kindred/shared/id';
import { DAY_MS } from '@kindred/shared/model/decay';
import { createLog } from '@kindred/shared/platform/log';
import { expect, test } from 'vitest';
import type { CatalogStates } from '../catalog-state/catalog-states.ts';
import { ALL_QUESTIONS, type StoreQuestion } from '../reads/store-probe.fixture.ts';
import { items, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { CatalogFixture, NOW_MS, requestOf } from './catalog.fixture.ts';
import { Recommender } from './pipeline.ts';

const USER = 'user' as UserId;
const COLD_START = 'cold-start user' as UserId;
const HIDDEN = items[5]!;
const SAVED = items[0]!;

/** A catalog of 30 items, most of them engaged with; the user saved one and hid another. */
async function catalog(): Promise<CatalogFixture> {
  const fixture = new CatalogFixture();
  for (const [n, item] of items.entries()) {
    fixture.put({ item, createdAtMs: n, fields: { title: item }, vector: [1, Math.cos(n), Math.sin(n)] });
  }
  for (const [n, item] of items.slice(0, 20).entries()) {
    fixture.add({ user: 'others' as UserId, item, type: n < 10 ? 'save' : 'click', atMs: NOW_MS - n * DAY_MS });
  }
  fixture.add({ user: USER, item: SAVED, type: 'save' });
  fixture.add({ user: USER, item: HIDDEN, type: 'hide' });
  await fixture.settle(USER);
  return fixture;
}

test('while everything answers, nothing is degraded', async () => {
  const slate = await (await catalog()).recommend({ user: USER });
  expect(slate.degraded).toEqual([]);
  expect(new Set(slate.items.flatMap(({ sources }) => sources))).toEqual(
    new Set(['interests', 'similar', 'co-engagement', 'trending', 'latest']),
  );
});

test('without the index a slate is made of what needs none, and says so', async () => {
  const fixture = await catalog();
  fixture.neighbors.isUnavailable = true;
  const { items: shown, degraded, versions } = await fixture.recommend({ user: USER });
  expect(degraded).toEqual(['neighbors']);
  expect(versions.index).toBe('none');
  expect(shown).toHaveLength(10);
  expect(new Set(shown.flatMap(({ sources }) => sources))).toEqual(new Set(['co-engagement', 'trending', 'latest']));
});

test('an index that nobody asks is not missed', async () => {
  const fixture = await catalog();
  fixture.neighbors.isUnavailable = true;
  expect((await fixture.recommend({ user: COLD_START })).degraded).toEqual([]);
  fixture.train(trainedCatalog(1));
  await fixture.settle(USER);
  await fixture.settle(USER);
  const trained = await fixture.recommend({ user: USER });
  expect(trained.versions.ranking).toBe('trained-2');
  expect(trained.degraded).toEqual([]);
});

test.each(['throws', 'hangs'] as const)(
  'while the store %s, a slate is made of what was read last',
  async (failure) => {
    const fixture = await catalog();
    const before = await fixture.recommend({ user: USER });
    fixture.stores.fail(ALL_QUESTIONS, failure);
    const slate = await fixture.recommend({ user: USER });
    expect(slate.degraded).toEqual(expect.arrayContaining(['history', 'items', 'seen']));
    const shown = slate.items.map(({ item }) => item);
    expect(shown).toEqual(before.items.map(({ item }) => item));
    expect(shown).not.toContain(HIDDEN);
    expect(shown).not.toContain(SAVED);
  },
);

test.each<{ question: StoreQuestion; names: readonly string[] }>([
  { question: 'history', names: ['history'] },
  { question: 'seen', names: ['seen'] },
  { question: 'view', names: ['items'] },
  { question: 'rows', names: ['items'] },
  { question: 'vectors', names: ['embeddings'] },
])('a store that fails at $question is named as $names', async ({ question, names }) => {
  const fixture = await catalog();
  fixture.stores.fail([question]);
  const { degraded, items: shown } = await fixture.recommend({ user: USER, limit: 5 });
  expect(degraded).toEqual(expect.arrayContaining([...names]));
  expect(shown.map(({ item }) => item)).not.toContain(HIDDEN);
});

test('users that were never read get what cold-start users get, while their history is unavailable', async () => {
  const fixture = await catalog();
  await fixture.recommend({ user: COLD_START, limit: 20 });
  fixture.stores.fail(ALL_QUESTIONS);
  const slate = await fixture.recommend({ user: 'never read' as UserId });
  expect(slate.items).toHaveLength(10);
  expect(new Set(slate.items.flatMap(({ sources }) => sources))).toEqual(new Set(['trending', 'latest', 'popular']));
});

test('the first request after the outage is complete again', async () => {
  const fixture = await catalog();
  const before = JSON.stringify(await fixture.recommend({ user: USER }));
  fixture.stores.fail(ALL_QUESTIONS);
  fixture.neighbors.isUnavailable = true;
  await fixture.recommend({ user: USER });
  fixture.stores.fail([]);
  fixture.neighbors.isUnavailable = false;
  fixture.nowMs += 250;
  expect(JSON.stringify(await fixture.recommend({ user: USER }))).toBe(before);
});

test('a store that failed while clusters were made leaves no clusters behind', async () => {
  const fixture = await catalog();
  fixture.embed(SAVED, [1, 3, 3]);
  fixture.stores.fail(['vectors']);
  await fixture.recommender.interests(fixture.catalog, USER, NOW_MS);
  fixture.stores.fail([]);
  fixture.nowMs += 250;
  const interests = await fixture.recommender.interests(fixture.catalog, USER, NOW_MS);
  expect(interests.map(({ medoid }) => medoid)).toEqual([SAVED]);
});

test('a cold-start user gets popular, trending and newest items, best first', async () => {
  const fixture = await catalog();
  const { items: shown, versions } = await fixture.recommend({ user: COLD_START, limit: 20, diversity: 0 });
  expect(versions.ranking).toBe('reciprocal-rank-1');
  for (const { sources, explanation } of shown) {
    expect(sources.every((name) => name === 'trending' || name === 'latest' || name === 'popular')).toBe(true);
    expect(explanation!.because).toEqual([]);
  }
  expect(shown[0]).toMatchObject({ item: SAVED, score: 1 });
});

test('in a catalog without events everybody gets the newest items first', async () => {
  const fixture = new CatalogFixture();
  for (const [n, item] of items.entries()) fixture.put({ item, createdAtMs: n });
  const { items: shown, degraded } = await fixture.recommend({ user: USER, limit: 30 });
  expect(shown.map(({ item }) => item)).toEqual([...items].reverse());
  expect(degraded).toEqual([]);
  expect((await new CatalogFixture().recommend({ user: USER })).items).toEqual([]);
});

test('parts of the catalog that are not built yet are named too', async () => {
  const fixture = await catalog();
  const { reader, neighbors, states } = fixture;
  const unbuilt: CatalogStates = {
    of: async (id, isFresh) => {
      const state = await states.of(id, isFresh);
      return state && { ...state, graph: undefined, missing: ['co-engagement'] };
    },
    stop: () => states.stop(),
  };
  const log = createLog('test', 'silent');
  const meter = { stages: () => () => {} };
  const recommender = new Recommender({ reader, neighbors, states: unbuilt, meter, log });
  neighbors.isUnavailable = true;
  const { degraded, items: shown } = await recommender.recommend(fixture.catalog, requestOf({ user: USER }), undefined);
  expect(degraded).toEqual(['co-engagement', 'neighbors']);
  expect(shown).toHaveLength(10);
});
