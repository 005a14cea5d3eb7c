import { engagementsOf, type HistoryEvent } from '@kindred/ranking/profile/engagement';
import { retrieve } from '@kindred/ranking/recommend/retrieve';
import { score } from '@kindred/ranking/recommend/score';
import { NO_COLD_START } from '@kindred/ranking/sources/donors';
import { ITEMS, items, trainedCatalog } from '@kindred/ranking/sources/trained-catalog.fixture';
import type { EventType } from '@kindred/shared/event';
import { MAIN_CATALOG, type UserId } from '@kindred/shared/id';
import { RANKED_SOURCES, type SourceName } from '@kindred/shared/model/candidate-sources';
import { DAY_MS, HALF_LIFE_DAYS, rankOf } from '@kindred/shared/model/decay';
import { ENGAGEMENT_MAX, strengthOf } from '@kindred/shared/model/engagement';
import { writeParts } from '@kindred/shared/model/ranker';
import { FEATURES, PARTS, TERM_COUNT, writeFeatures, writeTerms } from '@kindred/shared/model/ranking-features';
import { coEngagementRows } from '@kindred/shared/model/rp3beta';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { seededRandom } from '@kindred/shared/numeric/random';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { createLog } from '@kindred/shared/platform/log';
import { judgedUsers } from '@kindred/trainer/evaluation/judged-users';
import { CandidateScorer } from '@kindred/trainer/ranker/candidate-scorer';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const NOW_MS = 400 * DAY_MS;
const TARGET = ITEMS - 1;
const OTHER_USERS = 12;
/** Days back of a user's acts, by place: two are of one moment each. */
const ageOf = (place: number): number => 7 * Math.floor(place / 2);

interface Act {
  readonly item: number;
  readonly type: EventType;
  readonly value: number;
}

/** One user's acts, each on another item, latest first; the target is left out. */
const acts: fc.Arbitrary<readonly Act[]> = fc
  .uniqueArray(
    fc.record({
      item: fc.nat(ITEMS - 2),
      type: fc.constantFrom<EventType>('save', 'click', 'dwell', 'impression'),
      value: fc.constantFrom(1, 20, 90),
    }),
    { selector: ({ item }) => item, minLength: 2, maxLength: 15 },
  )
  .filter((given) => given.some(({ type }) => type !== 'impression'))
  // Items of one moment have an order of their own in each store; here both have that of the items.
  .map((given) => {
    const placed = given.map((act, place) => ({ act, age: ageOf(place) }));
    return placed.sort((a, b) => a.age - b.age || a.act.item - b.act.item).map(({ act }) => act);
  });

/** Decayed engagement of every item, in saves; about half have none. */
function decayedEngagement(seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from(items, () => (random() < 0.5 ? 0 : Math.fround(5 * random())));
}

function coEngagement(seed: number): SparseRows {
  const random = seededRandom(seed);
  const builder = new SparseRowsBuilder(OTHER_USERS);
  for (let user = 0; user < OTHER_USERS; user++) {
    for (let item = 0; item < ITEMS; item++) if (random() < 0.3) builder.add(item, 1);
    builder.endRow();
  }
  return coEngagementRows(builder.done(), ITEMS, ITEMS);
}

interface Catalog {
  readonly trained: ReturnType<typeof trainedCatalog>;
  readonly coEngagement: SparseRows;
  readonly trending: Float32Array;
  readonly popular: Float32Array;
}

const catalogs: fc.Arbitrary<Catalog> = fc.nat(10_000).map((seed) => ({
  trained: trainedCatalog(seed),
  coEngagement: coEngagement(seed + 1),
  trending: decayedEngagement(seed + 2),
  popular: decayedEngagement(seed + 3),
}));

/** Candidates with their scores and parts, as the trainer sees the user. */
function trained(given: readonly Act[], catalog: Catalog): ReadonlyMap<string, Float64Array> {
  const kept = new SparseRowsBuilder(1);
  const ordered = [...given.entries()].sort(([, a], [, b]) => a.item - b.item);
  for (const [, { item, type, value }] of ordered) kept.add(item, strengthOf(type, value));
  const targets = new SparseRowsBuilder(1);
  targets.add(TARGET, 1);
  targets.endRow();
  kept.endRow();
  const rows = kept.done();
  const [user] = judgedUsers(
    {
      kept: rows,
      keptInteractionTimes: {
        ages: Float64Array.from(ordered, ([place]) => ageOf(place)),
        weights: Float32Array.from(ordered, () => 1),
        positions: Float32Array.from(ordered, () => 0),
      },
      isCut: true,
      masked: rows,
      targets: targets.done(),
      isMet: new Uint8Array(ITEMS).fill(1),
      hidden: new Uint8Array(ITEMS),
    },
    1,
    7,
  );
  const { model, ranker } = catalog.trained;
  const scorer = new CandidateScorer({
    model,
    coEngagement: catalog.coEngagement,
    isMet: new Uint8Array(ITEMS).fill(1),
    hidden: new Uint8Array(ITEMS),
    trending: catalog.trending,
    popular: catalog.popular,
    popularity: catalog.popular,
  });
  const { list, signals } = scorer.candidatesOf(user!);
  // The item model's own shares stand beside it: the scorer's are those of its imputed rows, which this one has none of.
  const share = catalog.trained.imputedShare;
  return new Map(
    Array.from(list.items, (item, place) => {
      const terms = new Float32Array(TERM_COUNT);
      const features = new Float32Array(FEATURES.length);
      const parts = new Float64Array(PARTS.length);
      writeTerms({ ...signals[place]!, imputedShare: share[item]! }, ranker!.scales, terms, 0);
      writeFeatures(terms, 0, user!.likedCount, ranker!.knots, features, 0);
      writeParts(ranker!, features, parts);
      return [items[item]!, parts] as const;
    }),
  );
}

const unaskedIndex: NeighborSource = {
  neighbors: () => Promise.reject(new Error('the trained ranker’s sources ask the index nothing')),
  reached: () => Promise.resolve(0),
};

interface ServedCandidate {
  readonly parts: Float64Array;
  readonly sources: readonly SourceName[];
}

/** Candidates with their parts and sources, as serving sees the user. */
async function served(given: readonly Act[], catalog: Catalog): Promise<ReadonlyMap<string, ServedCandidate>> {
  const history = given.map(
    ({ item, type, value }, place): HistoryEvent => ({
      item: items[item]!,
      type,
      value,
      atMs: NOW_MS - ageOf(place) * DAY_MS,
    }),
  );
  const listOf = (values: Float32Array, halfLifeDays: number) =>
    [...values.entries()]
      .filter(([, value]) => value > 0)
      .sort(([a, left], [b, right]) => right - left || a - b)
      .map(([item, value]) => ({
        item: items[item]!,
        score: rankOf(value * ENGAGEMENT_MAX, NOW_MS, halfLifeDays)!,
      }));
  const state = {
    space: undefined,
    nonPersonalized: {
      trending: listOf(catalog.trending, HALF_LIFE_DAYS.short),
      popular: listOf(catalog.popular, HALF_LIFE_DAYS.long),
      latest: [],
    },
    graph: { rows: catalog.coEngagement, items, numbers: catalog.trained.numbers },
    trained: catalog.trained,
    mean: undefined,
    itemsChange: 0,
    missing: [],
    version: 'test',
  };
  const request = {
    user: 'someone' as UserId,
    limit: 10,
    exclude: [],
    filter: undefined,
    diversity: 0,
    includeSeen: false,
    explain: true,
    expand: false,
    atMs: NOW_MS,
    seed: 1,
  };
  const profile = { history, engagements: engagementsOf(history), rows: new Map(), interests: [] };
  const retrieved = await retrieve(
    { request, state, position: undefined },
    { catalog: MAIN_CATALOG, profile, coldStart: NO_COLD_START },
    { neighbors: unaskedIndex, log: createLog('test', 'silent') },
  );
  expect(retrieved.isIndexMissing).toBe(false);
  const { candidates } = score(retrieved);
  return new Map(
    candidates.map(({ item, parts, ranks }) => [item, { parts, sources: ranks.map(({ source }) => source) }]),
  );
}

test('training and serving see the same candidates of a user, with the same features, by every ranked source', async () => {
  const sources = new Set<SourceName>();
  const parts = new Set<string>();
  await fc.assert(
    fc.asyncProperty(acts, catalogs, async (given, catalog) => {
      const [byTrainer, byServing] = [trained(given, catalog), await served(given, catalog)];
      expect([...byServing.keys()].sort()).toEqual([...byTrainer.keys()].sort());
      expect(byServing.size).toBeGreaterThan(0);
      for (const [item, wanted] of byTrainer) {
        const { parts: found, sources: ranked } = byServing.get(item)!;
        for (const [part, value] of wanted.entries()) {
          expect(found[part]).toBeCloseTo(value, 3);
          if (value !== 0) parts.add(PARTS[part]!);
        }
        for (const source of ranked) sources.add(source);
      }
    }),
    { numRuns: 60 },
  );
  expect([...sources].sort()).toEqual(RANKED_SOURCES.toSorted());
  expect([...parts].sort()).toEqual(PARTS.toSorted());
});
