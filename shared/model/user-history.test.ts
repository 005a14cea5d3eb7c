import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HISTORY_ITEMS_MAX, RECENT_ITEMS } from './item-model.ts';
import { type Interaction, userHistory } from './user-history.ts';

/** Interactions of a user, latest first, several at one moment now and then. */
const interactions: fc.Arbitrary<readonly Interaction[]> = fc
  .array(
    fc.record({
      number: fc.nat(12),
      strength: fc.constantFrom(-0.5, 0, 0, 0.25, 1 / 3, 1),
      daysLater: fc.constantFrom(0, 0, 0.25, 1, 30),
    }),
    { maxLength: 40 },
  )
  .map((given) => {
    const daysTo = (place: number): number =>
      given.slice(0, place + 1).reduce((sum, { daysLater }) => sum + daysLater, 3);
    return given.map(({ number, strength }, place) => ({ number, strength, ageDays: daysTo(place) }));
  });

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
  const given = Array.from({ length: 30 }, (_, number) => ({
    number,
    strength: number % 3 === 0 ? 0 : 1,
    ageDays: number,
  }));
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
  const seen = Array.from({ length: HISTORY_ITEMS_MAX + 5 }, (_, n) => ({ number: n + 1, strength: 0, ageDays: n }));
  const history = userHistory([...seen, { number: 0, strength: 1, ageDays: 900 }], true);
  expect(history).toHaveLength(HISTORY_ITEMS_MAX);
  expect(history[0]).toEqual({ number: 0, strength: 1, isRecent: true, daysBefore: 0, stepsBefore: 0 });
});

test('days before count back from the latest liked item, to the latest time that each was liked or hidden, or else seen', () => {
  fc.assert(
    fc.property(interactions, (given) => {
      const latestOf = (wanted: (interaction: Interaction) => boolean): number | undefined =>
        given
          .filter(wanted)
          .reduce<number | undefined>((least, { ageDays }) => Math.min(least ?? ageDays, ageDays), undefined);
      const history = userHistory(given, true);
      const liked = history.filter(({ strength }) => strength > 0).map(({ number }) => number);
      const latest = latestOf(({ number, strength }) => liked.includes(number) && strength !== 0);
      for (const { number, strength, daysBefore } of history) {
        const isSame = (other: Interaction): boolean =>
          other.number === number && (strength === 0 || other.strength !== 0);
        expect(daysBefore).toBeGreaterThanOrEqual(0);
        // Seen or hidden after the latest liked one: as if at its moment.
        const wanted = Math.max(0, latestOf(isSame)! - (latest ?? 0));
        expect(daysBefore).toBeCloseTo(latest === undefined ? daysBefore : wanted, 9);
      }
    }),
  );
});

test('steps before are the moments at which something was liked after an item; all of one moment have the same', () => {
  fc.assert(
    fc.property(interactions, (given) => {
      const history = userHistory(given, true);
      const liked = history.filter(({ strength }) => strength > 0);
      for (const { strength, daysBefore, stepsBefore } of history) {
        const later = liked.filter((other) => other.daysBefore < daysBefore).map((other) => other.daysBefore);
        expect(stepsBefore).toBe(strength > 0 ? new Set(later).size : Number.POSITIVE_INFINITY);
      }
    }),
  );
});

test('two items of one moment share a step; hidden and seen ones make none', () => {
  const history = userHistory(
    [
      { number: 0, strength: -0.5, ageDays: 1 },
      { number: 1, strength: 1, ageDays: 2 },
      { number: 2, strength: 1, ageDays: 2 },
      { number: 3, strength: 0, ageDays: 3 },
      { number: 4, strength: -0.5, ageDays: 4 },
      { number: 5, strength: 1 / 3, ageDays: 5 },
      { number: 6, strength: 1, ageDays: 5 },
      { number: 7, strength: 1, ageDays: 9 },
    ],
    true,
  );
  const never = Number.POSITIVE_INFINITY;
  expect(history.map(({ number, daysBefore, stepsBefore }) => [number, daysBefore, stepsBefore])).toEqual([
    [0, 0, never],
    [1, 0, 0],
    [2, 0, 0],
    [4, 2, never],
    [5, 3, 1],
    [6, 3, 1],
    [7, 7, 2],
    [3, 1, never],
  ]);
});

test('without an order no item comes before another, and none leads on', () => {
  fc.assert(
    fc.property(interactions, (given) => {
      for (const { daysBefore, stepsBefore, isRecent } of userHistory(given, false)) {
        expect([daysBefore, stepsBefore, isRecent]).toEqual([0, Number.POSITIVE_INFINITY, false]);
      }
    }),
  );
});

test('only differences of ages count, not the moment that they are counted from', () => {
  fc.assert(
    fc.property(interactions, fc.integer({ min: -20_000, max: 20_000 }), (given, days) => {
      const moved = given.map((each) => ({ ...each, ageDays: each.ageDays + days }));
      const [from, to] = [userHistory(given, true), userHistory(moved, true)];
      expect(to.some(({ strength }) => strength > 0)).toBe(from.some(({ strength }) => strength > 0));
      if (from.some(({ strength }) => strength > 0)) expect(to).toEqual(from);
    }),
  );
});
