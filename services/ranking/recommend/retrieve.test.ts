import { type ItemId, MAIN_CATALOG, type SpaceId, type UserId } from '@kindred/shared/id';
import { RANKED_SOURCES } from '@kindred/shared/model/candidate-sources';
import { coEngagementRows } from '@kindred/shared/model/rp3beta';
import type { Neighbor, NeighborSource } from '@kindred/shared/neighbor';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { createLog } from '@kindred/shared/platform/log';
import { describe, expect, test } from 'vitest';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import { NeighborProbe } from '../neighbors/neighbor-probe.fixture.ts';
import type { Engagement } from '../profile/engagement.ts';
import type { Interest } from '../profile/interest.ts';
import type { Reads } from '../reads/reader.ts';
import { ALL_SOURCES } from '../sources/all-sources.ts';
import { NO_COLD_START } from '../sources/donors.ts';
import { items, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { requestOf } from './catalog.fixture.ts';
import type { Profile } from './profile.ts';
import { retrieve } from './retrieve.ts';
import type { RecommendRequest } from './slate.ts';

/** Answers each query with one neighbor that is named for the query. */
const NAMING: NeighborSource = {
  neighbors: async (_catalog, queries) => ({
    space: 'space' as SpaceId,
    version: 'v7',
    neighbors: queries.map(({ target, k }): readonly Neighbor[] => [
      { item: `${'item' in target ? target.item : ''} ${k}` as ItemId, similarity: 0.5 },
    ]),
  }),
  reached: async () => undefined,
};
const UNREAD: Reads = {
  history: () => Promise.reject(new Error('retrieval reads no store')),
  seen: () => Promise.reject(new Error('retrieval reads no store')),
  rows: () => Promise.reject(new Error('retrieval reads no store')),
  page: () => Promise.reject(new Error('retrieval reads no store')),
  vectors: () => Promise.reject(new Error('retrieval reads no store')),
  clusters: () => ({ get: () => undefined, set: () => {} }),
  missing: [],
};
const STATE: CatalogState = {
  space: 'space' as SpaceId,
  nonPersonalized: { trending: [{ item: items[20]!, score: 1 }], popular: [], latest: [] },
  graph: undefined,
  trained: undefined,
  mean: undefined,
  itemsChange: 1,
  missing: [],
  version: 'v',
};
const engagements = items.slice(0, 12).map((item, n): Engagement => ({ item, weight: 1, latestMs: -n }));
const interests = items.slice(0, 3).map((medoid): Interest => ({ medoid, items: [medoid], importance: 1 }));
const KNOWN: Profile = {
  engagements,
  history: engagements.map(({ item, latestMs }) => ({ item, type: 'save', value: 1, atMs: latestMs })),
  rows: new Map(),
  interests,
};
const COLD_START: Profile = { engagements: [], history: [], rows: new Map(), interests: [] };

async function retrieved(profile: Profile, request: Partial<RecommendRequest> = {}, parts: Partial<CatalogState> = {}) {
  const neighbors = new NeighborProbe(NAMING);
  const query = {
    request: requestOf({ user: 'user' as UserId, ...request }),
    state: { ...STATE, ...parts },
    reads: UNREAD,
    position: 5,
  };
  const options = { neighbors, log: createLog('test', 'silent') };
  const ask = () => retrieve(query, { catalog: MAIN_CATALOG, profile, coldStart: NO_COLD_START }, options);
  return { neighbors, ask, result: await ask() };
}

describe('the index', () => {
  test('is asked all queries of all sources in one round trip, for the position', async () => {
    const { neighbors, result } = await retrieved(KNOWN);
    expect(neighbors.asked).toHaveLength(1);
    const { catalog, position, queries } = neighbors.asked[0]!;
    expect({ catalog, position }).toEqual({ catalog: MAIN_CATALOG, position: 5 });
    // Three interests and the ten latest items.
    expect(queries).toHaveLength(13);
    expect(result.indexVersion).toBe('v7');
    expect(result.isIndexMissing).toBe(false);
  });

  test('answers each source with the lists of its own queries', async () => {
    const { result } = await retrieved(KNOWN);
    const asking = result.retrievals.filter(({ answers }) => answers.length > 0);
    expect(asking.map(({ source }) => source.name)).toEqual(['interests', 'similar']);
    for (const { answers, candidates } of asking) {
      for (const { item, k, neighbors } of answers) {
        expect(neighbors).toEqual([{ item: `${item} ${k}`, similarity: 0.5 }]);
        expect(candidates.some((candidate) => candidate.item === `${item} ${k}`)).toBe(true);
      }
      expect(candidates).toHaveLength(answers.length);
    }
  });

  test('applies the filter itself, while other sources look deeper', async () => {
    const filter = { tags: { any: ['a'] } };
    const filtered = await retrieved(KNOWN, { filter });
    for (const query of filtered.neighbors.asked[0]!.queries) expect(query.filter).toEqual(filter);
    expect(filtered.result.context.depthFactor).toBe(10);
    const plain = await retrieved(KNOWN);
    for (const query of plain.neighbors.asked[0]!.queries) expect(query).not.toHaveProperty('filter');
    expect(plain.result.context.depthFactor).toBe(1);
  });

  test('is not asked for a user without a history, nor for a trained ranking', async () => {
    const coldStart = await retrieved(COLD_START);
    const trained = await retrieved(KNOWN, {}, { trained: trainedCatalog(1) });
    for (const { neighbors, result } of [coldStart, trained]) {
      expect(neighbors.asked).toEqual([]);
      expect(result).toMatchObject({ indexVersion: 'none', isIndexMissing: false });
    }
    expect(trained.result.retrievals.map(({ source }) => source.name)).toEqual([
      'collaborative',
      'content',
      'transitions',
      'trending',
      'popular',
    ]);
  });

  test('leaves its sources without candidates while it is unavailable, and the others with theirs', async () => {
    const { neighbors, ask } = await retrieved(KNOWN);
    neighbors.isUnavailable = true;
    const result = await ask();
    expect(result).toMatchObject({ indexVersion: 'none', isIndexMissing: true });
    const counts = result.retrievals.map(({ source, candidates }) => [source.name, candidates.length]);
    expect(counts).toEqual([
      ['interests', 0],
      ['similar', 0],
      ['trending', 1],
      ['latest', 0],
    ]);
  });
});

test('sources come in the order of all sources, each with its weight for the user', async () => {
  for (const profile of [KNOWN, COLD_START]) {
    for (const trained of [undefined, trainedCatalog(1), { ...trainedCatalog(1), ranker: undefined }]) {
      const { result } = await retrieved(profile, {}, { trained });
      const wanted = ALL_SOURCES.filter((source) => source.weight(result.context) > 0);
      expect(result.retrievals.map(({ source }) => source)).toEqual(wanted);
      for (const { source, weight } of result.retrievals) expect(weight).toBe(source.weight(result.context));
    }
  }
});

test('the same seed draws the same interests, another one may draw others', async () => {
  const many = items.map((medoid): Interest => ({ medoid, items: [medoid], importance: 1 }));
  const drawn = async (seed: number) => {
    const { neighbors } = await retrieved({ ...KNOWN, interests: many }, { seed });
    return JSON.stringify(neighbors.asked[0]!.queries);
  };
  expect(await drawn(1)).toBe(await drawn(1));
  expect(new Set([await drawn(1), await drawn(2), await drawn(3)]).size).toBeGreaterThan(1);
});

test('the context leaves out the whole history, and knows the moment of the request', async () => {
  const hidden = { item: items[29]!, type: 'hide', value: 1, atMs: 1 } as const;
  const { result } = await retrieved({ ...KNOWN, history: [hidden, ...KNOWN.history] }, { atMs: 77 });
  expect([...result.context.excluded].sort()).toEqual([...engagements.map(({ item }) => item), hidden.item].sort());
  expect(result.context.nowMs).toBe(77);
  expect(result.context.engagements).toBe(engagements);
});

test('with seen items allowed, every source of a trained ranking proposes items of the history too, but no hidden one', async () => {
  const [liked, hidden] = [items.slice(0, 12), items[12]!];
  const profile: Profile = {
    ...KNOWN,
    history: [...KNOWN.history, { item: hidden, type: 'hide', value: 1, atMs: -20 }],
  };
  const listed = [hidden, ...liked, items[20]!].map((item, place) => ({ item, score: -place }));
  const everyone = new SparseRowsBuilder(2);
  for (let user = 0; user < 2; user++) {
    for (const item of items.keys()) everyone.add(item, 1);
    everyone.endRow();
  }
  const trained = trainedCatalog(1);
  const parts = {
    nonPersonalized: { trending: listed, popular: listed, latest: listed },
    graph: { rows: coEngagementRows(everyone.done(), items.length, items.length), items, numbers: trained.numbers },
    trained,
  };
  const proposedBy = async (includeSeen: boolean) =>
    (await retrieved(profile, { includeSeen }, parts)).result.retrievals.map(({ source, candidates }) => ({
      source: source.name,
      own: candidates.filter(({ item }) => liked.includes(item)).length,
      hidden: candidates.filter(({ item }) => item === hidden).length,
    }));
  for (const { source, own, hidden: hiddenCount } of await proposedBy(false)) {
    expect([source, own, hiddenCount]).toEqual([source, 0, 0]);
  }
  const withSeen = await proposedBy(true);
  expect(withSeen.map(({ source }) => source)).toEqual(RANKED_SOURCES);
  for (const { source, own, hidden: hiddenCount } of withSeen) {
    expect(own, source).toBeGreaterThan(0);
    expect(hiddenCount, source).toBe(0);
  }
});
