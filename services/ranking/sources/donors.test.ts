import type { ItemId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { donorsOf } from './donors.ts';
import { histories, ITEMS, items, scoresOf, trainedCatalog } from './trained-catalog.fixture.ts';

const neighbors = fc
  .uniqueArray(
    fc.record({ n: fc.nat(ITEMS + 5), similarity: fc.integer({ min: -10, max: 10 }).map((tenths) => tenths / 10) }),
    {
      selector: ({ n }) => n,
      maxLength: ITEMS,
    },
  )
  .map((rows) =>
    rows
      .map(({ n, similarity }) => ({ item: items[n] ?? (`unknown-${n}` as ItemId), similarity }))
      .sort((a, b) => b.similarity - a.similarity),
  );

test('donors are the nearest items of the artifact with users and scores of their own, at most 20', () => {
  fc.assert(
    fc.property(fc.nat(1_000), neighbors, (seed, given) => {
      const catalog = trainedCatalog(seed);
      const donors = donorsOf(catalog, given);
      const wanted = given
        .filter(({ similarity }) => similarity > 0)
        .map(({ item }) => catalog.numbers.get(item) ?? -1)
        .filter((number) => number >= 0)
        .filter((number) => catalog.model.positives[number]! >= 5 && catalog.imputedShare[number]! <= 0.5)
        .slice(0, 20);
      expect(donors.map(({ number }) => number)).toEqual(wanted);
    }),
  );
});

test('an item gives its scores with five users and at most half of them imputed', () => {
  const catalog = trainedCatalog(1);
  for (const [number, users] of [4, 5, 20, 20].entries()) catalog.model.positives[number] = users;
  for (const [number, share] of [0, 0, 0.5, 0.51].entries()) catalog.imputedShare[number] = share;
  const near = items.slice(0, 4).map((item) => ({ item, similarity: 0.9 }));
  expect(donorsOf(catalog, near).map(({ number }) => number)).toEqual([1, 2]);
});

test('every signal of a new item is that of its donors, with the counts of a typical item; nobody has come to it from another', () => {
  fc.assert(
    fc.property(fc.nat(1_000), histories, (seed, history) => {
      const catalog = trainedCatalog(seed);
      const donors = [
        { number: 3, weight: 0.75 },
        { number: 4, weight: 0.25 },
      ];
      const trained = scoresOf(catalog, history, { version: 'v', donors: new Map([['new' as ItemId, donors]]) });
      if (trained === undefined) return;
      const [first, second] = [trained.signalsOf(items[3]!), trained.signalsOf(items[4]!)];
      const { imputedShare, positives, seen, transitions, transitionsLast, ...imputed } = trained.signalsOf(
        'new' as ItemId,
      );
      expect({ imputedShare, positives, seen }).toEqual({ imputedShare: 1, ...catalog.typical });
      expect([transitions, transitionsLast]).toEqual([0, 0]);
      for (const [name, value] of Object.entries(imputed)) {
        const wanted = 0.75 * Reflect.get(first, name) + 0.25 * Reflect.get(second, name);
        expect(value, name).toBeCloseTo(wanted, 5);
      }
    }),
  );
});

test('the weights of donors sum to 1 and fall with their similarity', () => {
  fc.assert(
    fc.property(fc.nat(1_000), neighbors, (seed, given) => {
      const weights = donorsOf(trainedCatalog(seed), given).map(({ weight }) => weight);
      if (weights.length === 0) return;
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      expect(weights).toEqual(weights.toSorted((a, b) => b - a));
    }),
  );
});

test('no candidate is of the history, be it of the artifact or newer', () => {
  fc.assert(
    fc.property(fc.nat(1_000), histories, (seed, history) => {
      const catalog = trainedCatalog(seed);
      const donors = [
        { number: 3, weight: 0.5 },
        { number: 4, weight: 0.5 },
      ];
      const newer = [...history.map(({ item }) => item), 'new' as ItemId].filter((item) => !catalog.numbers.has(item));
      const coldStart = { version: 'v', donors: new Map(newer.map((item) => [item, donors])) };
      const trained = scoresOf(catalog, history, coldStart);
      const own = new Set(history.map(({ item }) => item));
      const found = trained?.best('collaborative', 2 * ITEMS, own) ?? [];
      for (const { item } of found) expect(own.has(item)).toBe(false);
      const imputed = donors.reduce(
        (sum, { number }) => sum + (trained?.signalsOf(items[number]!).collaborative ?? 0),
        0,
      );
      expect(found.some(({ item }) => item === 'new')).toBe(imputed > 0);
    }),
  );
});
