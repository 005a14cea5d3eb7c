import type { ItemId } from '@kindred/shared/id';
import { DAY_MS } from '@kindred/shared/model/decay';
import { TRANSITION_DECAY, TRANSITION_STEPS } from '@kindred/shared/model/item-model';
import { elementOf, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryEvent } from '../profile/engagement.ts';
import { donorsOf } from './donors.ts';
import { histories, ITEMS, items, scoresOf, trainedCatalog, withBothSigns } from './trained-catalog.fixture.ts';
import type { TrainedCatalog } from './trained-scores.ts';

const itemsOf = (events: readonly HistoryEvent[]) => new Set(events.map(({ item }) => item));

test('candidates are the sums of the rows of the history, without the history itself, best first', () => {
  fc.assert(
    fc.property(fc.nat(1_000), histories, (seed, events) => {
      const catalog = trainedCatalog(seed);
      const trained = scoresOf(catalog, events);
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
      const best = trained.best('collaborative', ITEMS, itemsOf(events));
      expect(best.map(({ item }) => item).sort()).toEqual(
        items.filter((item, n) => wanted[n]! > 0 && !known.some((event) => event.item === item)),
      );
      for (const { item, sourceScore } of best) expect(sourceScore).toBeCloseTo(wanted[catalog.numbers.get(item)!]!, 4);
      for (let i = 1; i < best.length; i++) expect(best[i]!.sourceScore).toBeLessThanOrEqual(best[i - 1]!.sourceScore);
      const causes = trained.causes('collaborative', items);
      for (const { item } of best) expect(causes.get(item)!.length).toBeGreaterThan(0);
    }),
  );
});

test('a hidden item counts against what it leads to, and an item that is new is taken for a typical one', () => {
  const catalog = trainedCatalog(5);
  const saved: HistoryEvent[] = [{ item: items[0]!, type: 'save', value: 1, atMs: 1 }];
  const hidden: HistoryEvent[] = [...saved, { item: items[1]!, type: 'hide', value: 1, atMs: 2 }];
  const before = scoresOf(catalog, saved)!;
  const after = scoresOf(catalog, hidden)!;
  const { starts, columns } = catalog.model.collaborative;
  const led = [...columns.subarray(starts[1], starts[2])].filter((n) => n > 1);
  expect(led.length).toBeGreaterThan(0);
  for (const n of led) {
    expect(after.signalsOf(items[n]!).collaborative).toBeLessThan(before.signalsOf(items[n]!).collaborative);
  }
  expect(before.signalsOf('nobody-knows' as ItemId)).toEqual({
    collaborative: 0,
    collaborativeMax: 0,
    collaborativeRecent: 0,
    collaborativeSeen: 0,
    content: 0,
    contentMax: 0,
    transitions: 0,
    transitionsLast: 0,
    imputedShare: 1,
    positives: 10,
    seen: 20,
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
  const trained = scoresOf(catalog, events, coldStart)!;
  const of = (item: ItemId): number => trained.signalsOf(item).collaborative;
  expect(of(fresh)).toBeCloseTo(donors[0]!.weight * of(items[3]!) + donors[1]!.weight * of(items[4]!), 6);
  const best = trained.best('collaborative', ITEMS + 1, itemsOf(events));
  expect(best.some(({ item }) => item === fresh)).toBe(of(fresh) > 0);
  expect(best).toEqual(best.toSorted((a, b) => b.sourceScore - a.sourceScore));
});

test('no number of seen items displaces a liked one', () => {
  const catalog = trainedCatalog(6);
  const saved: HistoryEvent = { item: items[2]!, type: 'save', value: 1, atMs: 1 };
  const many = Array.from({ length: 600 }, (_, n) => `seen-${n}` as ItemId);
  const numbers = new Map([...catalog.numbers, ...many.map((item) => [item, 7] as const)]);
  const seen = many.map((item, n): HistoryEvent => ({ item, type: 'impression', value: 1, atMs: 1_000 - n }));
  const events = [...seen, saved];
  const scores = scoresOf({ ...catalog, numbers }, events);
  expect(scores?.likedCount).toBe(1);
});

test('with weights of both signs a sum may lie below 0; candidates are those above, and causes speak for them', () => {
  let belowCount = 0;
  fc.assert(
    fc.property(fc.nat(1_000), histories, (seed, events) => {
      const catalog = withBothSigns(trainedCatalog(seed));
      const trained = scoresOf(catalog, events);
      if (trained === undefined) return;
      const { collaborative } = catalog.model;
      const numberOf = (item: ItemId): number => catalog.numbers.get(item) ?? -1;
      const weightOf = (cause: ItemId, item: ItemId): number =>
        elementOf(collaborative, numberOf(cause), numberOf(item));
      const causes = trained.causes('collaborative', items);
      const known = itemsOf(events);
      const best = trained.best('collaborative', ITEMS, known);
      const found = new Map(best.map(({ item, sourceScore }) => [item, sourceScore]));
      for (const item of items.filter((each) => !known.has(each))) {
        const sum = events.reduce((total, event) => total + weightOf(event.item, item), 0);
        expect(trained.signalsOf(item).collaborative).toBeCloseTo(sum, 4);
        if (sum < 0) belowCount++;
        expect(found.get(item) ?? 0).toBeCloseTo(Math.max(0, sum), 4);
        for (const cause of causes.get(item) ?? []) expect(weightOf(cause, item)).toBeGreaterThan(0);
      }
    }),
  );
  expect(belowCount).toBeGreaterThan(0);
});

test('items of the history that are not excluded are candidates by their own scores, and so are cold-start ones', () => {
  const catalog = trainedCatalog(9);
  catalog.model.positives.fill(20);
  const fresh = 'just-arrived' as ItemId;
  const donors = donorsOf(catalog, [{ item: items[3]!, similarity: 0.9 }]);
  const coldStart = { version: 'v', donors: new Map([[fresh, donors]]) };
  const liked = [items[0]!, items[3]!, fresh];
  const saves = liked.map((item): HistoryEvent => ({ item, type: 'save', value: 1, atMs: 1 }));
  const trained = scoresOf(catalog, saves, coldStart)!;
  const found = trained.best('collaborative', ITEMS + 1, new Set([items[0]!]));
  expect(found.some(({ item }) => item === items[0])).toBe(false);
  for (const item of [items[3]!, fresh]) {
    const score = found.find((candidate) => candidate.item === item)?.sourceScore;
    expect(score, item).toBeGreaterThan(0);
    expect(score, item).toBe(trained.signalsOf(item).collaborative);
  }
});

/** An artifact in which each of the first items leads to the last one alone, by its number: the later, the less. */
function leadingToLast(historyHalfLifeDays: number): TrainedCatalog {
  const builder = new SparseRowsBuilder(ITEMS);
  for (let row = 0; row < ITEMS; row++) {
    if (row < ITEMS - 1) builder.add(ITEMS - 1, 0.5 + 0.01 * row);
    builder.endRow();
  }
  const rows = builder.done();
  const catalog = trainedCatalog(3);
  return { ...catalog, model: { ...catalog.model, collaborative: rows, transitions: rows, historyHalfLifeDays } };
}

/** Saves of the first items, a day apart, the first one last. */
const savedDaily = Array.from({ length: TRANSITION_STEPS + 5 }, (_, n): HistoryEvent => {
  return { item: items[n]!, type: 'save', value: 1, atMs: (100 - n) * DAY_MS };
});
const LAST = items[ITEMS - 1]!;

test('transitions come from the last steps of the history, and only those are their causes, the strongest first', () => {
  const trained = scoresOf(leadingToLast(Number.POSITIVE_INFINITY), savedDaily)!;
  const wanted = savedDaily
    .slice(0, TRANSITION_STEPS)
    .reduce((sum, _, n) => sum + (0.5 + 0.01 * n) * TRANSITION_DECAY ** n, 0);
  expect(trained.signalsOf(LAST).transitions).toBeCloseTo(wanted, 5);
  expect(trained.signalsOf(LAST).transitionsLast).toBeCloseTo(0.5, 5);
  expect(trained.causes('transitions', [LAST]).get(LAST)).toEqual(items.slice(0, 3));
});

test('the causes of a decayed history are those that count most now', () => {
  const lasting = scoresOf(leadingToLast(Number.POSITIVE_INFINITY), savedDaily)!;
  expect(lasting.causes('collaborative', [LAST]).get(LAST)).toEqual(
    items.slice(savedDaily.length - 3, savedDaily.length).toReversed(),
  );
  const decayed = scoresOf(leadingToLast(2), savedDaily)!;
  expect(decayed.causes('collaborative', [LAST]).get(LAST)).toEqual(items.slice(0, 3));
});
