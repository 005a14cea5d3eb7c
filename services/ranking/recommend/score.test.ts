import type { ItemId } from '@kindred/shared/id';
import { SOURCE_NAMES } from '@kindred/shared/model/candidate-sources';
import { CURVES, FEATURES, KNOTS, PARTS } from '@kindred/shared/model/ranking-features';
import { seededRandom } from '@kindred/shared/numeric/random';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryEvent } from '../profile/engagement.ts';
import { engagementsOf } from '../profile/engagement.ts';
import { donorsOf, NO_COLD_START } from '../sources/donors.ts';
import { type TrainedCatalog, trainedScoresOf } from '../sources/trained-scores.ts';
import { fuse } from './reciprocal-rank-fusion.ts';
import { byScore, fixedScoring, type Scoring, shares, trainedScoring } from './score.ts';

const ITEMS = 30;
const items = Array.from({ length: ITEMS }, (_, i) => `item-${String(i).padStart(2, '0')}` as ItemId);

/** An artifact of random weights. */
function trainedCatalog(seed: number): TrainedCatalog {
  const random = seededRandom(seed);
  const rows = () => {
    const builder = new SparseRowsBuilder(ITEMS);
    for (let row = 0; row < ITEMS; row++) {
      for (let column = 0; column < ITEMS; column++)
        if (column !== row && random() < 0.3) builder.add(column, random());
      builder.endRow();
    }
    return builder.done();
  };
  const counts = () => Float32Array.from(items, () => Math.floor(50 * random()));
  return {
    version: 1,
    items,
    numbers: new Map(items.map((item, number) => [item, number])),
    model: {
      ...{ collaborative: rows(), content: rows(), imputed: new SparseRowsBuilder(ITEMS).done() },
      ...{ positives: counts(), seen: counts(), seenWeight: 0.5 },
    },
    ranker: {
      weights: FEATURES.map(() => 2 * random() - 1),
      scales: { floors: { collaborative: 0.1, coEngagement: 0.1, content: 0.1 }, meanShare: 0.5 },
      takesTime: true,
      knots: Array.from({ length: KNOTS * CURVES.length }, () => 2 * random() - 1),
    },
    imputedShare: Float32Array.from(items, () => (random() < 0.5 ? 0 : random())),
    typical: { positives: 10, seen: 20 },
  };
}

const nonPersonalized = {
  trending: items.slice(0, 5).map((item, place) => ({ item, score: 5 - place })),
  popular: items.slice(3, 9).map((item, place) => ({ item, score: 9 - place })),
};
const history = fc
  .uniqueArray(fc.nat(ITEMS + 2), { minLength: 1, maxLength: 6 })
  .map((numbers) =>
    numbers.map((n): HistoryEvent => ({ item: items[n] ?? (`other-${n}` as ItemId), type: 'save', value: 1, atMs: n })),
  );
const candidates = fc.uniqueArray(fc.nat(ITEMS + 3), { minLength: 1, maxLength: 20 }).map((numbers) =>
  fuse([
    {
      source: 'interests',
      weight: 1,
      candidates: numbers.map((n) => ({ item: items[n] ?? (`new-${n}` as ItemId), score: 1, because: [] })),
    },
  ]),
);

function expectSums(scoring: Scoring, given: ReturnType<typeof fuse>): void {
  const scored = byScore(given.map(scoring.score));
  for (const { score, parts } of scored) {
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 9);
  }
  const told = shares(scored, scoring);
  for (const [place, { relevance, parts }] of told.entries()) {
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(relevance, 9);
    expect(parts.every((part) => part >= -1e-12)).toBe(true);
    expect(relevance).toBeLessThanOrEqual(told[Math.max(0, place - 1)]!.relevance + 1e-9);
  }
  expect(told[0]!.relevance === 0 || Math.abs(told[0]!.relevance - 1) < 1e-9).toBe(true);
}

test('parts are at least 0 and sum to the score, which is 1 for the best and keeps the order, by fixed weights', () => {
  fc.assert(fc.property(candidates, (given) => expectSums(fixedScoring(SOURCE_NAMES), given)));
});

test('parts are at least 0 and sum to the score, which is 1 for the best and keeps the order, by trained weights', () => {
  fc.assert(
    fc.property(fc.nat(1_000), history, candidates, (seed, events, given) => {
      const trained = trainedScoresOf(trainedCatalog(seed), NO_COLD_START, events, engagementsOf(events));
      if (trained === undefined) return;
      const scoring = trainedScoring(trained, undefined, nonPersonalized, 10)!;
      expect(scoring.parts).toBe(PARTS);
      expectSums(scoring, given);
    }),
  );
});

test('what the weights lead to is what the rows of the history add up to, without the history, best first', () => {
  fc.assert(
    fc.property(fc.nat(1_000), history, (seed, events) => {
      const catalog = trainedCatalog(seed);
      const trained = trainedScoresOf(catalog, NO_COLD_START, events, engagementsOf(events));
      const known = events.filter(({ item }) => catalog.numbers.has(item));
      if (trained === undefined) {
        expect(known).toEqual([]);
        return;
      }
      const { starts, columns, values } = catalog.model.collaborative;
      const wanted = new Float64Array(ITEMS);
      for (const { item } of known) {
        const row = catalog.numbers.get(item)!;
        for (let i = starts[row]!; i < starts[row + 1]!; i++) wanted[columns[i]!] = wanted[columns[i]!]! + values[i]!;
      }
      const best = trained.best('collaborative', ITEMS);
      expect(best.map(({ item }) => item).sort()).toEqual(
        items.filter((item, n) => wanted[n]! > 0 && !known.some((event) => event.item === item)),
      );
      for (const { item, score } of best) expect(score).toBeCloseTo(wanted[catalog.numbers.get(item)!]!, 4);
      for (let i = 1; i < best.length; i++) expect(best[i]!.score).toBeLessThanOrEqual(best[i - 1]!.score);
      const causes = trained.causes('collaborative', items);
      for (const { item } of best) expect(causes.get(item)!.length).toBeGreaterThan(0);
    }),
  );
});

test('a hidden item counts against what it leads to, and an item that is new is taken for a typical one', () => {
  const catalog = trainedCatalog(5);
  const saved: HistoryEvent[] = [{ item: items[0]!, type: 'save', value: 1, atMs: 1 }];
  const hidden: HistoryEvent[] = [...saved, { item: items[1]!, type: 'hide', value: 1, atMs: 2 }];
  const before = trainedScoresOf(catalog, NO_COLD_START, saved, engagementsOf(saved))!;
  const after = trainedScoresOf(catalog, NO_COLD_START, hidden, engagementsOf(hidden))!;
  const { starts, columns } = catalog.model.collaborative;
  const led = [...columns.subarray(starts[1], starts[2])].filter((n) => n > 1);
  expect(led.length).toBeGreaterThan(0);
  for (const n of led) {
    expect(after.signalsOf(items[n]!).collaborative).toBeLessThan(before.signalsOf(items[n]!).collaborative);
  }
  expect(before.signalsOf('nobody-knows' as ItemId)).toEqual({
    ...{
      collaborative: 0,
      collaborativeMax: 0,
      collaborativeRecent: 0,
      collaborativeSeen: 0,
      content: 0,
      contentMax: 0,
      imputedShare: 1,
      positives: 10,
      seen: 20,
    },
  });
});

test('an item newer than the artifact gets the scores of its donors, weighted by similarity', () => {
  const catalog = trainedCatalog(9);
  catalog.model.positives.fill(20);
  const fresh = 'just-arrived' as ItemId;
  const donors = donorsOf(catalog, [
    { item: items[3]!, similarity: 0.9 },
    { item: 'unknown-too' as ItemId, similarity: 0.8 },
    { item: items[4]!, similarity: 0.7 },
  ]);
  expect(donors.map(({ number }) => number)).toEqual([3, 4]);
  expect(donors.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  expect(donors[0]!.weight / donors[1]!.weight).toBeCloseTo((0.9 / 0.7) ** 16, 6);
  const events: HistoryEvent[] = [{ item: items[0]!, type: 'save', value: 1, atMs: 1 }];
  const coldStart = { version: 'v', donors: new Map([[fresh, donors]]) };
  const trained = trainedScoresOf(catalog, coldStart, events, engagementsOf(events))!;
  const of = (item: ItemId): number => trained.signalsOf(item).collaborative;
  expect(of(fresh)).toBeCloseTo(donors[0]!.weight * of(items[3]!) + donors[1]!.weight * of(items[4]!), 6);
  const best = trained.best('collaborative', ITEMS + 1);
  expect(best.some(({ item }) => item === fresh)).toBe(of(fresh) > 0);
  expect(best).toEqual(best.toSorted((a, b) => b.score - a.score));
});

test('what was only seen, however much of it, takes no place from what was liked', () => {
  const catalog = trainedCatalog(6);
  const saved: HistoryEvent = { item: items[2]!, type: 'save', value: 1, atMs: 1 };
  const many = Array.from({ length: 600 }, (_, n) => `seen-${n}` as ItemId);
  const numbers = new Map([...catalog.numbers, ...many.map((item) => [item, 7] as const)]);
  const seen = many.map((item, n): HistoryEvent => ({ item, type: 'impression', value: 1, atMs: 1_000 - n }));
  const events = [...seen, saved];
  const scores = trainedScoresOf({ ...catalog, numbers }, NO_COLD_START, events, engagementsOf(events));
  expect(scores?.liked).toBe(1);
});
