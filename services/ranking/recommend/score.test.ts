import type { ItemId } from '@kindred/shared/id';
import { SOURCE_NAMES } from '@kindred/shared/model/candidate-sources';
import { PARTS } from '@kindred/shared/model/ranking-features';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ItemRow } from '../reads/item-reader.ts';
import { histories, ITEMS, items, scoresOf, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { relevant } from './diversify.ts';
import { type FusedCandidate, reciprocalRankFusion } from './reciprocal-rank-fusion.ts';
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
    fc.property(fc.nat(1_000), histories, candidates, (seed, history, given) => {
      const trained = scoresOf(trainedCatalog(seed), history);
      if (trained === undefined) return;
      const scorer = scorerOf({
        engagements: [],
        history: new Set(),
        interests: [],
        nonPersonalized,
        coEngagement: undefined,
        trained,
        depthFactor: 1,
        nowMs: 10,
        random: Math.random,
      });
      expect(scorer.weights).toBe('trained');
      expect(scorer.partNames).toBe(PARTS);
      expectSums(scorer, given);
    }),
  );
});
