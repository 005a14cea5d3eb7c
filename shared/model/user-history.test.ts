import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HISTORY_ITEMS_MAX, RECENT_ITEMS } from './item-model.ts';
import { userHistory } from './user-history.ts';

const interactions = fc.array(
  fc.record({ number: fc.nat(12), strength: fc.constantFrom(-0.5, 0, 0, 0.25, 1 / 3, 1) }),
  { maxLength: 40 },
);

test('an item counts once, by its strongest interaction, and a hide beats every other', () => {
  fc.assert(
    fc.property(interactions, fc.boolean(), (given, hasOrder) => {
      const history = userHistory(given, hasOrder);
      const wanted = new Map<number, number>();
      for (const { number, strength } of given) {
        const own = given.filter((other) => other.number === number).map((other) => other.strength);
        wanted.set(number, own.includes(-0.5) ? -0.5 : Math.max(...own));
        expect(Math.abs(strength)).toBeLessThanOrEqual(1);
      }
      expect(new Map(history.map(({ number, strength }) => [number, strength]))).toEqual(wanted);
      expect(history).toHaveLength(wanted.size);
    }),
  );
});

test('seen items follow the others, and the order of the interactions is kept within each', () => {
  fc.assert(
    fc.property(interactions, (given) => {
      const history = userHistory(given, true);
      const firstSeen = history.findIndex(({ strength }) => strength === 0);
      if (firstSeen >= 0) expect(history.slice(firstSeen).every(({ strength }) => strength === 0)).toBe(true);
      const places = history
        .slice(0, firstSeen < 0 ? undefined : firstSeen)
        .map(({ number }) => given.findIndex((other) => other.number === number && other.strength !== 0));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }),
  );
});

test('only the latest liked items are recent, and none without an order', () => {
  const given = Array.from({ length: 30 }, (_, number) => ({ number, strength: number % 3 === 0 ? 0 : 1 }));
  const recent = userHistory(given, true).filter(({ isRecent }) => isRecent);
  expect(recent.map(({ number }) => number)).toEqual(
    given
      .filter(({ strength }) => strength > 0)
      .slice(0, RECENT_ITEMS)
      .map(({ number }) => number),
  );
  expect(userHistory(given, false).some(({ isRecent }) => isRecent)).toBe(false);
});

test('many seen items displace no liked one', () => {
  const seen = Array.from({ length: HISTORY_ITEMS_MAX + 5 }, (_, n) => ({ number: n + 1, strength: 0 }));
  const history = userHistory([...seen, { number: 0, strength: 1 }], true);
  expect(history).toHaveLength(HISTORY_ITEMS_MAX);
  expect(history[0]).toEqual({ number: 0, strength: 1, isRecent: true });
});
