import type { ItemId, UserId } from '@kindred/shared/id';
import { SOURCE_NAMES } from '@kindred/shared/model/candidate-sources';
import { elementOf } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engagementsOf } from '../profile/engagement.ts';
import type { ItemRow } from '../reads/item-reader.ts';
import type { CandidateSource } from '../sources/candidate-source.ts';
import { contextOf } from '../sources/retrieval-context.fixture.ts';
import { histories, items, scoresOf, trainedCatalog, withBothSigns } from '../sources/trained-catalog.fixture.ts';
import { collaborativeSource } from '../sources/trained-sources.ts';
import { requestOf } from './catalog.fixture.ts';
import type { PickedCandidate } from './diversify.ts';
import { explain } from './explain.ts';
import type { Profile } from './profile.ts';
import type { SourceRank } from './reciprocal-rank-fusion.ts';
import type { Retrieval } from './retrieve.ts';
import { fusionScorer } from './scorer.ts';
import type { RecommendRequest } from './slate.ts';

const USER = 'user' as UserId;
const ITEM = 'item' as ItemId;
const idsOf = (...names: readonly string[]): readonly ItemId[] => names.map((name) => name as ItemId);

function rowOf(item: ItemId): ItemRow {
  return { item, change: 1, fields: { title: 'title' }, bytes: 9, available: true, createdAtMs: 5, embeddingChange: 1 };
}

/** A source that names these causes for every item, and notes the items that it was asked about. */
function sourceOf(
  name: CandidateSource['name'],
  causes: readonly ItemId[],
  asked: (readonly ItemId[])[] = [],
): Retrieval {
  const source: CandidateSource = {
    name,
    weight: () => 1,
    queries: () => [],
    candidates: () => [],
    causes: (_context, _answers, items) => {
      asked.push(items);
      return new Map(items.map((item) => [item, causes]));
    },
  };
  return { source, weight: 1, answers: [], candidates: [] };
}

const rankOf = (source: SourceRank['source'], rank: number): SourceRank => ({
  source,
  rank,
  sourceScore: rank / 10,
  part: 0.25,
});

function pickOf(ranks: readonly SourceRank[], parts: Partial<PickedCandidate> = {}): PickedCandidate {
  const shares = new Float64Array(SOURCE_NAMES.length);
  for (const { source, part } of ranks) shares[SOURCE_NAMES.indexOf(source)]! += part;
  const relevance = shares.reduce((sum, share) => sum + share, 0);
  const row = rowOf(ITEM);
  return {
    candidate: { item: ITEM, row, score: relevance, relevance, shares, parts: shares, ranks, vector: undefined },
    penalty: -0.1,
    slateScore: 0.5 * relevance - 0.1,
    ...parts,
  };
}

function explained(
  picked: readonly PickedCandidate[],
  {
    retrievals = [],
    live = [],
    request = {},
  }: {
    readonly retrievals?: readonly Retrieval[];
    readonly live?: readonly ItemId[];
    readonly request?: Partial<RecommendRequest>;
  },
) {
  const profile: Profile = {
    history: [],
    engagements: [],
    interests: [],
    rows: new Map(live.map((item) => [item, rowOf(item)])),
  };
  return explain(picked, {
    request: requestOf({ user: USER, diversity: 0.5, ...request }),
    profile,
    retrieved: { context: contextOf(), retrievals, indexVersion: 'v', isIndexMissing: false },
    scorer: fusionScorer(),
  });
}

test('names each part that is not 0, and the price of repetition', () => {
  const ranks = [rankOf('similar', 3), rankOf('trending', 7)];
  const [item] = explained([pickOf(ranks)], { retrievals: [sourceOf('similar', []), sourceOf('trending', [])] });
  expect(item).toMatchObject({ item: ITEM, score: 0.15, sources: ['similar', 'trending'] });
  expect(item!.explanation).toEqual({
    weights: 'fixed',
    parts: { similar: 0.125, trending: 0.125, diversity: -0.1 },
    sources: [
      { source: 'similar', rank: 3, score: 0.3 },
      { source: 'trending', rank: 7, score: 0.7 },
    ],
    because: [],
  });
});

test('explains and expands only if asked to, and asks no source for causes otherwise', () => {
  const asked: (readonly ItemId[])[] = [];
  const retrievals = [sourceOf('similar', [], asked)];
  const request = { explain: false, expand: false };
  const [plain] = explained([pickOf([rankOf('similar', 1)], { slateScore: 0.5 })], { retrievals, request });
  expect(plain).toEqual({ item: ITEM, score: 0.5, sources: ['similar'] });
  expect(asked).toEqual([]);
  const [expanded] = explained([pickOf([rankOf('similar', 1)])], { retrievals, request: { ...request, expand: true } });
  expect(expanded!.details).toEqual({
    id: ITEM,
    available: true,
    title: 'title',
    createdAt: '1970-01-01T00:00:00.005Z',
  });
});

test('each source is asked once, for the items of the slate', () => {
  const asked: (readonly ItemId[])[] = [];
  const retrievals = [sourceOf('similar', [], asked), sourceOf('trending', [], asked)];
  explained([pickOf([rankOf('similar', 1)]), pickOf([rankOf('trending', 2)])], { retrievals });
  expect(asked).toEqual([
    [ITEM, ITEM],
    [ITEM, ITEM],
  ]);
});

describe('because', () => {
  const because = (ranks: readonly SourceRank[], retrievals: readonly Retrieval[], live: readonly ItemId[]) =>
    explained([pickOf(ranks)], { retrievals, live })[0]!.explanation!.because;
  const both = [rankOf('interests', 1), rankOf('similar', 1)];

  test('takes the strongest causes of the sources in turn, each item once, at most three', () => {
    const live = idsOf('a', 'b', 'c', 'd', 'e');
    const retrievals = [sourceOf('interests', idsOf('a', 'b', 'c')), sourceOf('similar', idsOf('d', 'a', 'e'))];
    expect(because(both, retrievals, live)).toEqual(['a', 'd', 'b']);
    expect(because([rankOf('similar', 1)], retrievals, live)).toEqual(['d', 'a', 'e']);
  });

  test('leaves out items that no longer exist, and the item itself', () => {
    const retrievals = [sourceOf('interests', idsOf('gone', 'item', 'c')), sourceOf('similar', idsOf('d', 'gone'))];
    expect(because(both, retrievals, idsOf('c', 'd', 'item'))).toEqual(['d', 'c']);
  });

  test('names only items that speak for the candidate, where others speak against it', () => {
    fc.assert(
      fc.property(fc.nat(1_000), histories, (seed, history) => {
        const catalog = withBothSigns(trainedCatalog(seed));
        const engagements = engagementsOf(history);
        const excluded = new Set(history.map(({ item }) => item));
        const context = contextOf({ trained: scoresOf(catalog, history), engagements, excluded });
        const candidates = collaborativeSource.candidates(context, []);
        const retrievals = [{ source: collaborativeSource, weight: 1, answers: [], candidates }];
        const picked = candidates.map(({ item }) => {
          const pick = pickOf([rankOf('collaborative', 1)]);
          return { ...pick, candidate: { ...pick.candidate, item, row: rowOf(item) } };
        });
        const found = explain(picked, {
          request: requestOf({ user: USER }),
          profile: { history, engagements, interests: [], rows: new Map(items.map((item) => [item, rowOf(item)])) },
          retrieved: { context, retrievals, indexVersion: 'v', isIndexMissing: false },
          scorer: fusionScorer(),
        });
        const numberOf = (item: ItemId): number => catalog.numbers.get(item) ?? -1;
        for (const { item, explanation } of found) {
          expect(explanation!.because.length).toBeGreaterThan(0);
          for (const cause of explanation!.because) {
            expect(elementOf(catalog.model.collaborative, numberOf(cause), numberOf(item))).toBeGreaterThan(0);
          }
        }
      }),
    );
  });

  test('is empty for a candidate of sources without causes, and for refilled ones', () => {
    expect(because([rankOf('popular', 1)], [sourceOf('similar', idsOf('a'))], idsOf('a'))).toEqual([]);
  });
});
