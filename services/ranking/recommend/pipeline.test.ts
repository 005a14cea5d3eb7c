import { type CatalogId, compareIds, type ItemId } from '@kindred/shared/id';
import { isRankedSource, reciprocalRank, SOURCES } from '@kindred/shared/model/candidate-sources';
import { engagementWeight } from '@kindred/shared/model/engagement';
import { seededRandom } from '@kindred/shared/numeric/random';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CatalogFixture, requestOf } from './catalog.fixture.ts';
import { eligible, fixtureOf, randomCatalogs, requests, USERS } from './random-catalog.fixture.ts';
import type { Recommendation } from './slate.ts';

const RUNS = { numRuns: 100 };

test('a slate has as many items as asked for and as may be shown, each once, and none that may not', async () => {
  await fc.assert(
    fc.asyncProperty(randomCatalogs, requests, async (catalog, request) => {
      const { items } = await (await fixtureOf(catalog)).recommend(request);
      const allowed = eligible(catalog, request);
      const shown = items.map(({ item }) => item);
      for (const item of shown) expect(allowed.has(item), item).toBe(true);
      expect(new Set(shown).size).toBe(shown.length);
      // No source may have found them: the refill reaches all.
      expect(shown).toHaveLength(Math.min(request.limit, allowed.size));
    }),
    RUNS,
  );
});

test('the parts of each explanation sum to the score, and scores never rise', async () => {
  await fc.assert(
    fc.asyncProperty(randomCatalogs, requests, async (catalog, request) => {
      const { items } = await (await fixtureOf(catalog)).recommend(request);
      for (const [place, { score, sources, explanation }] of items.entries()) {
        const { parts, sources: ranks } = explanation!;
        const sum = Object.values(parts).reduce((total, part) => total + part, 0);
        expect(Math.abs(sum - score)).toBeLessThanOrEqual(1e-9);
        expect(parts.diversity).toBeLessThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(items[place - 1]?.score ?? 1);
        expect(ranks.map(({ source }) => source)).toEqual(sources);
        expect(sources.length).toBeGreaterThan(0);
        for (const { rank } of ranks) expect(rank).toBeGreaterThanOrEqual(1);
      }
    }),
    RUNS,
  );
});

test('the same request has the same bytes, from other caches and whatever order the stores were written in', async () => {
  await fc.assert(
    fc.asyncProperty(randomCatalogs, requests, fc.nat(1_000), async (catalog, request, shuffleSeed) => {
      const fixture = await fixtureOf(catalog);
      const slate = JSON.stringify(await fixture.recommend(request));
      expect(JSON.stringify(await fixture.recommend(request))).toBe(slate);
      const random = seededRandom(shuffleSeed);
      const other = await fixtureOf(catalog, (places) =>
        places
          .map((place) => ({ place, key: random() }))
          .sort((a, b) => a.key - b.key)
          .map(({ place }) => place),
      );
      expect(JSON.stringify(await other.recommend(request))).toBe(slate);
    }),
    RUNS,
  );
});

test('because names live items that the user engaged with, never the item itself', async () => {
  await fc.assert(
    fc.asyncProperty(randomCatalogs, requests, async (catalog, request) => {
      const { items } = await (await fixtureOf(catalog)).recommend(request);
      const live = new Set(catalog.items.map(({ item }) => item).filter((item) => !catalog.removed.includes(item)));
      const own = catalog.events.filter(({ user, type }) => user === request.user && engagementWeight(type, 1) > 0);
      for (const { item, explanation } of items) {
        const { because } = explanation!;
        expect(because.length).toBeLessThanOrEqual(3);
        expect(new Set(because).size).toBe(because.length);
        for (const cause of because) {
          expect(own.some((event) => event.item === cause)).toBe(true);
          expect(live.has(cause)).toBe(true);
          expect(cause).not.toBe(item);
        }
      }
    }),
    RUNS,
  );
});

test('a ranker orders only what it was trained on, and what no source found; other catalogs are fused', async () => {
  await fc.assert(
    fc.asyncProperty(randomCatalogs, requests, async (catalog, request) => {
      const fixture = await fixtureOf(catalog);
      fixture.neighbors.asked.length = 0;
      const { items, versions } = await fixture.recommend(request);
      for (const { sources, explanation } of items) {
        expect(explanation!.weights).toBe(versions.ranking === 'trained-2' ? 'trained' : 'fixed');
        if (versions.ranking !== 'trained-2') continue;
        const isRefilled = sources.every((source) => source === 'popular' || source === 'latest');
        expect(isRefilled || sources.every(isRankedSource)).toBe(true);
      }
      if (catalog.ranking !== 'ranker') expect(versions.ranking).toBe('reciprocal-rank-1');
      // The index knows nothing that the ranker was trained on.
      if (versions.ranking === 'trained-2') expect(fixture.neighbors.asked).toEqual([]);
    }),
    RUNS,
  );
});

test('without diversity, fixed weights order by the sum of the sources’ shares, ties by id', async () => {
  await fc.assert(
    fc.asyncProperty(randomCatalogs, requests, async (catalog, request) => {
      const untrained = { ...catalog, ranking: 'untrained' } as const;
      const { items } = await (await fixtureOf(untrained)).recommend({ ...request, diversity: 0 });
      const isKnown = catalog.events.some(
        (event) => event.user === request.user && engagementWeight(event.type, 1) > 0,
      );
      const fusedOf = ({ explanation }: Recommendation): number =>
        explanation!.sources.reduce((sum, { source, rank }) => {
          return sum + reciprocalRank(SOURCES[source].weight[isKnown ? 'known' : 'unknown'], rank);
        }, 0);
      const best = items[0];
      if (best === undefined) return;
      expect(best.score).toBeCloseTo(1, 9);
      for (const [place, each] of items.entries()) {
        const before = items[place - 1];
        if (before?.score === each.score) expect(compareIds(before.item, each.item)).toBeLessThan(0);
        // Popular and newest items may stem from the refill, which has weights of its own.
        const isRetrieved = [best, each].every(({ sources }) =>
          sources.some((name) => SOURCES[name].weight.known >= 0.1),
        );
        if (isRetrieved) expect(each.score).toBeCloseTo(fusedOf(each) / fusedOf(best), 9);
      }
    }),
    RUNS,
  );
});

test('at full diversity a slate ends with the items that repeat most, and no score is above 0', async () => {
  await fc.assert(
    fc.asyncProperty(randomCatalogs, requests, async (catalog, request) => {
      const { items } = await (await fixtureOf(catalog)).recommend({ ...request, diversity: 1 });
      for (const { score, explanation } of items) {
        expect(score).toBeLessThanOrEqual(0);
        expect(explanation!.parts.diversity).toBe(score);
      }
    }),
    RUNS,
  );
});

test('details and explanations are answered only if asked for, and change no order', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomCatalogs,
      requests,
      fc.boolean(),
      fc.boolean(),
      async (catalog, request, explain, expand) => {
        const fixture = await fixtureOf(catalog);
        const whole = await fixture.recommend({ ...request, explain: true, expand: true });
        const { items } = await fixture.recommend({ ...request, explain, expand });
        expect(items).toEqual(
          whole.items.map(({ explanation, details, ...rest }) => ({
            ...rest,
            ...(explain && { explanation }),
            ...(expand && { details }),
          })),
        );
        for (const { item, details } of whole.items) {
          expect(details).toMatchObject({ id: item, ...catalog.items.find((each) => each.item === item)!.fields });
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('a catalog that does not exist is a problem, for recommendations and interests', async () => {
  const { recommender } = new CatalogFixture();
  const nowhere = 'nowhere' as CatalogId;
  const problem = { code: 'catalog-not-found' };
  await expect(recommender.recommend(nowhere, requestOf({ user: USERS[0]! }), undefined)).rejects.toMatchObject(
    problem,
  );
  await expect(recommender.interests(nowhere, USERS[0]!, 0)).rejects.toMatchObject(problem);
});

test('stages are measured in their order, the last with what the answer lacked', async () => {
  const fixture = new CatalogFixture();
  fixture.neighbors.isUnavailable = true;
  const user = USERS[0]!;
  fixture.put({ item: 'a' as ItemId, vector: [1, 0] });
  fixture.add({ user, item: 'a' as ItemId, type: 'save' });
  const { degraded } = await fixture.recommend({ user });
  expect(degraded).toEqual(['neighbors']);
  expect(fixture.stages.map(({ name }) => name)).toEqual([
    'profile',
    'retrieve',
    'score',
    'filter',
    'diversify',
    'explain',
  ]);
  expect(fixture.stages.flatMap(({ missing }) => missing)).toEqual(degraded);
});
