import { isRankedSource, RANKED_SOURCES, SOURCE_NAMES, SOURCES } from '@kindred/shared/model/candidate-sources';
import { coEngagementRows } from '@kindred/shared/model/rp3beta';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { describe, expect, test } from 'vitest';
import type { Interest } from '../profile/interest.ts';
import { ALL_SOURCES } from './all-sources.ts';
import type { RetrievalContext } from './candidate-source.ts';
import { CoEngagementScores } from './co-engagement.ts';
import { contextOf, engagementWith } from './retrieval-context.fixture.ts';
import { ITEMS, items, scoresOf, trainedCatalog } from './trained-catalog.fixture.ts';

const engagements = items.slice(0, 3).map((item) => engagementWith(item));
const history = engagements.map(({ item }) => ({ item, type: 'save', value: 1, atMs: 1 }) as const);
const interests: readonly Interest[] = [{ medoid: items[0]!, items: [items[0]!], importance: 1 }];
const LISTS: readonly string[] = ['trending', 'latest', 'popular'];
/** Sources of the artifact. */
const TRAINED: readonly string[] = ['collaborative', 'content', 'transitions'];
const catalog = trainedCatalog(2);
const ranked = scoresOf(catalog, history);
const unranked = scoresOf({ ...catalog, ranker: undefined }, history);

/** Co-engagement in which every user engaged with every item. */
function coEngagement(): CoEngagementScores {
  const users = new SparseRowsBuilder(2);
  for (let user = 0; user < 2; user++) {
    for (let item = 0; item < ITEMS; item++) users.add(item, 1);
    users.endRow();
  }
  const numbers = new Map(items.map((item, number) => [item, number]));
  return new CoEngagementScores({ rows: coEngagementRows(users.done(), ITEMS, ITEMS), items, numbers }, engagements);
}

const weightsOf = (context: Partial<RetrievalContext>) =>
  Object.fromEntries(ALL_SOURCES.map((source) => [source.name, source.weight(contextOf(context))]));
const tableOf = (kind: 'known' | 'unknown', isAsked: (name: (typeof SOURCE_NAMES)[number]) => boolean) =>
  Object.fromEntries(SOURCE_NAMES.map((name) => [name, isAsked(name) ? SOURCES[name].weight[kind] : 0]));

test('there is one source for each name of the table, in its order', () => {
  expect(ALL_SOURCES.map(({ name }) => name)).toEqual(SOURCE_NAMES);
});

describe('weights follow the table', () => {
  test('for a cold-start user: non-personalized lists only', () => {
    expect(weightsOf({ coEngagement: coEngagement() })).toEqual(tableOf('unknown', (name) => LISTS.includes(name)));
  });

  test('for a user with a history in a catalog that was never trained: all but the artifact’s', () => {
    const context = { engagements, interests, coEngagement: coEngagement() };
    expect(weightsOf(context)).toEqual(tableOf('known', (name) => !TRAINED.includes(name)));
  });

  test('for a user without embedded items or a catalog without co-engagement: without those', () => {
    const missing = [...TRAINED, 'interests', 'co-engagement'];
    expect(weightsOf({ engagements })).toEqual(tableOf('known', (name) => !missing.includes(name)));
  });

  test('with an artifact that has no ranker: every source', () => {
    const context = { engagements, interests, coEngagement: coEngagement(), trained: unranked };
    expect(weightsOf(context)).toEqual(tableOf('known', () => true));
  });

  test('with a ranker: exactly the sources that it was trained on', () => {
    const context = { engagements, interests, coEngagement: coEngagement(), trained: ranked };
    const weights = weightsOf(context);
    expect(SOURCE_NAMES.filter((name) => weights[name]! > 0)).toEqual(RANKED_SOURCES);
  });
});

test('personal sources look as deep as the table says, and deeper behind a filter', () => {
  const context = contextOf({ engagements, coEngagement: coEngagement(), trained: ranked });
  for (const { name, candidates } of ALL_SOURCES.filter(({ name }) => isRankedSource(name) && !LISTS.includes(name))) {
    const found = candidates(context, []);
    expect(found.length, name).toBeGreaterThan(0);
    expect(found.length, name).toBeLessThanOrEqual(SOURCES[name].rankedDepth);
    expect(candidates({ ...context, depthFactor: 10 }, []).slice(0, found.length), name).toEqual(found);
  }
});

test('no personal source proposes an item of the history', () => {
  const liked = new Set(history.map(({ item }) => item));
  const context = contextOf({ engagements, excluded: liked, coEngagement: coEngagement(), trained: ranked });
  for (const source of ALL_SOURCES) {
    for (const { item } of source.candidates(context, [])) expect(liked.has(item), source.name).toBe(false);
  }
});

test('causes of a personal source are engaged items', () => {
  const context = contextOf({ engagements, coEngagement: coEngagement(), trained: ranked });
  for (const source of ALL_SOURCES) {
    const found = source.candidates(context, []);
    const causes = source.causes(
      context,
      [],
      found.map(({ item }) => item),
    );
    for (const own of causes.values()) {
      expect(own.length).toBeLessThanOrEqual(3);
      for (const cause of own) expect(engagements.some(({ item }) => item === cause)).toBe(true);
    }
  }
});

test('without its data a personal source has neither candidates nor causes', () => {
  for (const source of ALL_SOURCES) {
    expect(source.candidates(contextOf({ engagements }), [])).toEqual([]);
    expect(source.causes(contextOf({ engagements }), [], items).size).toBe(0);
  }
});
