import { compareIds, type ItemId } from '@kindred/shared/id';
import { SOURCE_NAMES } from '@kindred/shared/model/candidate-sources';
import { DAY_MS } from '@kindred/shared/model/decay';
import { PARTS } from '@kindred/shared/model/ranking-features';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engagementsOf } from '../profile/engagement.ts';
import type { ItemRow } from '../reads/item-reader.ts';
import { ALL_SOURCES } from '../sources/all-sources.ts';
import type { RetrievalContext } from '../sources/candidate-source.ts';
import { CoEngagementScores } from '../sources/co-engagement.ts';
import { contextOf } from '../sources/retrieval-context.fixture.ts';
import {
  histories,
  ITEMS,
  items,
  scoresOf,
  trainedCatalog,
  withBothSigns,
} from '../sources/trained-catalog.fixture.ts';
import { relevant } from './diversify.ts';
import { type FusedCandidate, reciprocalRankFusion } from './reciprocal-rank-fusion.ts';
import { score } from './score.ts';
import { fusionScorer, type Scorer, scorerOf } from './scorer.ts';

const nonPersonalized = {
  trending: items.slice(0, 5).map((item, place) => ({ item, score: 5 - place })),
  popular: items.slice(3, 9).map((item, place) => ({ item, score: 9 - place })),
  latest: [],
};
const candidates = fc.uniqueArray(fc.nat(ITEMS + 3), { minLength: 1, maxLength: 20 }).map((numbers) =>
  reciprocalRankFusion([
    {
      source: 'interests',
      weight: 1,
      candidates: numbers.map((n) => ({ item: items[n] ?? (`new-${n}` as ItemId), sourceScore: 1 })),
    },
  ]),
);

const SAVED = [{ item: items[0]!, type: 'save', value: 1, atMs: 1 }] as const;

function rowOf(item: ItemId): ItemRow {
  return { item, change: 1, fields: {}, bytes: 2, available: true, createdAtMs: 0, embeddingChange: undefined };
}

function expectSums(scorer: Scorer, given: readonly FusedCandidate[]): void {
  const scored = given.map((candidate) => scorer.score(candidate)).sort((a, b) => b.score - a.score);
  for (const { score, parts } of scored) {
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 9);
  }
  const pool = scored.map((candidate) => ({ ...candidate, row: rowOf(candidate.item), vector: undefined }));
  const shown = relevant({ pool, scorer, readMarks: [] });
  for (const [place, { relevance, shares }] of shown.entries()) {
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(relevance, 9);
    expect(shares.every((share) => share >= -1e-12)).toBe(true);
    expect(relevance).toBeLessThanOrEqual(shown[Math.max(0, place - 1)]!.relevance + 1e-9);
  }
  expect(shown[0]!.relevance === 0 || Math.abs(shown[0]!.relevance - 1) < 1e-9).toBe(true);
}

test('fusion’s parts are at least 0 and sum to the score, which is 1 for the best and keeps the order', () => {
  expect(fusionScorer().partNames).toBe(SOURCE_NAMES);
  fc.assert(fc.property(candidates, (given) => expectSums(fusionScorer(), given)));
});

test('the trained ranker’s parts are at least 0 and sum to the score, which is 1 for the best and keeps the order', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.boolean(), histories, candidates, (seed, isSigned, history, given) => {
      const catalog = trainedCatalog(seed);
      const trained = scoresOf(isSigned ? withBothSigns(catalog) : catalog, history);
      if (trained === undefined) return;
      const scorer = scorerOf(contextOf({ nonPersonalized, trained, nowMs: 10 }));
      expect(scorer.weights).toBe('trained');
      expect(scorer.partNames).toBe(PARTS);
      expectSums(scorer, given);
    }),
  );
});

test('candidates stand by falling score, ties by id, each once, whoever scores them', () => {
  const retrieved = fc.record({
    seed: fc.nat(1_000),
    history: histories,
    lists: fc.array(candidates, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(retrieved, fc.boolean(), ({ seed, history, lists }, isTrained) => {
      const context = contextOf({
        nonPersonalized,
        trained: isTrained ? scoresOf(trainedCatalog(seed), history) : undefined,
      });
      const retrievals = lists.map((given, place) => ({
        source: ALL_SOURCES[place]!,
        weight: 1,
        answers: [],
        candidates: given.map(({ item }) => ({ item, sourceScore: 1 })),
      }));
      const scored = score({ context, retrievals, indexVersion: 'v', isIndexMissing: false });
      const all = new Set(lists.flatMap((given) => given.map(({ item }) => item)));
      expect(scored.candidates).toHaveLength(all.size);
      expect(scored.candidates).toEqual(
        scored.candidates.toSorted((a, b) => b.score - a.score || compareIds(a.item, b.item)),
      );
      for (const candidate of scored.candidates) {
        const again = scored.scorer.score({
          item: candidate.item,
          fusedScore: candidate.score,
          ranks: candidate.ranks,
        });
        expect(again).toEqual(candidate);
      }
    }),
  );
});

test.each(['trending', 'popular'] as const)(
  'the ranker counts %s engagement as it is at the moment of the request, if times tell what is trending',
  (part) => {
    const catalog = trainedCatalog(11);
    const listed = nonPersonalized[part][0]!.item;
    const partOf = (takesTrends: boolean, nowMs: number, item: ItemId): number => {
      const trained = scoresOf({ ...catalog, ranker: { ...catalog.ranker!, takesTrends } }, SAVED);
      const scorer = scorerOf(contextOf({ nonPersonalized, trained, nowMs }));
      return scorer.score({ item, fusedScore: 0, ranks: [] }).parts[PARTS.indexOf(part)]!;
    };
    const unlisted = 'nowhere listed' as ItemId;
    expect(partOf(true, 0, listed)).not.toBe(partOf(true, 60 * DAY_MS, listed));
    expect(partOf(true, 0, unlisted)).toBe(partOf(true, 60 * DAY_MS, unlisted));
    expect(partOf(false, 0, listed)).toBe(partOf(false, 60 * DAY_MS, listed));
  },
);

test('the ranker counts the co-engagement of each item with the user’s', () => {
  const numbers = new Map(items.map((item, number) => [item, number]));
  const rows = new SparseRowsBuilder(ITEMS);
  rows.add(1, 0.5);
  rows.endRow();
  const coEngagement = new CoEngagementScores({ rows: rows.done(), items, numbers }, engagementsOf(SAVED));
  const trained = scoresOf(trainedCatalog(11), SAVED);
  const partOf = (item: ItemId, context: Partial<RetrievalContext>): number => {
    const scorer = scorerOf(contextOf({ trained, ...context }));
    return scorer.score({ item, fusedScore: 0, ranks: [] }).parts[PARTS.indexOf('co-engagement')]!;
  };
  expect(partOf(items[1]!, { coEngagement })).not.toBe(partOf(items[1]!, {}));
  expect(partOf(items[2]!, { coEngagement })).toBe(partOf(items[2]!, {}));
});
