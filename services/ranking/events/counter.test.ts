import { decayed, HALF_LIFE_DAYS, rankOf, valueOfRank } from '@kindred/shared/model/decay';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counted, type ItemCounter, NO_COUNTER, type WeightedEvent } from './counter.ts';

const DAY_MS = 86_400_000;
const events = fc.array(
  fc.record({
    weight: fc.double({ min: 0, max: 3, noNaN: true }),
    atMs: fc.oneof(fc.constantFrom(0, -1), fc.integer({ min: -200 * DAY_MS, max: 200 * DAY_MS })),
  }),
  { maxLength: 40 },
);
const replay = (given: readonly WeightedEvent[]): ItemCounter =>
  given.reduce((counter, event) => counted(counter, event, 1), NO_COUNTER);

test('sums what is left of each event, in whatever order they come', () => {
  fc.assert(
    fc.property(events, fc.integer(), (given, seed) => {
      const shuffled = given
        .map((event, index) => ({ event, key: Math.sin(seed + index) }))
        .sort((a, b) => a.key - b.key);
      const counter = replay(shuffled.map(({ event }) => event));
      const latest = Math.max(...given.map(({ atMs }) => atMs));
      const sum = (days: number): number =>
        given.reduce((total, { weight, atMs }) => total + decayed(weight, latest - atMs, days), 0);
      expect(Math.abs(counter.shortValue - sum(HALF_LIFE_DAYS.short))).toBeLessThan(1e-9);
      expect(Math.abs(counter.longValue - sum(HALF_LIFE_DAYS.long))).toBeLessThan(1e-9);
    }),
  );
});

test('taking events away leaves what the others make', () => {
  fc.assert(
    fc.property(events, fc.nat(40), (given, kept) => {
      const counter = given.slice(kept).reduce((left, event) => counted(left, event, -1), replay(given));
      const wanted = replay(given.slice(0, kept));
      const scale = 2 ** ((wanted.decayedToMs - counter.decayedToMs) / (HALF_LIFE_DAYS.long * DAY_MS));
      expect(Math.abs(counter.longValue - (wanted.longValue === 0 ? 0 : wanted.longValue * scale))).toBeLessThan(1e-9);
    }),
  );
});

test('ranks order items as their decayed values do at any later moment', () => {
  fc.assert(
    fc.property(events, events, fc.integer({ min: 200 * DAY_MS, max: 300 * DAY_MS }), (left, right, nowMs) => {
      const [a, b] = [replay(left), replay(right)];
      const value = (counter: ItemCounter): number =>
        decayed(counter.longValue, nowMs - counter.decayedToMs, HALF_LIFE_DAYS.long);
      const ranks = [a, b].map((counter) => rankOf(counter.longValue, counter.decayedToMs, HALF_LIFE_DAYS.long));
      if (ranks[0] === undefined || ranks[1] === undefined || Math.abs(value(a) - value(b)) < 1e-9) return;
      expect(ranks[0] > ranks[1]).toBe(value(a) > value(b));
    }),
  );
});

test('a rank stands for the decayed value at any moment', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 200 * DAY_MS, max: 300 * DAY_MS }), (given, nowMs) => {
      const { longValue, decayedToMs } = replay(given);
      const rank = rankOf(longValue, decayedToMs, HALF_LIFE_DAYS.long);
      const value = rank === undefined ? 0 : valueOfRank(rank, nowMs, HALF_LIFE_DAYS.long);
      expect(Math.abs(value - decayed(longValue, nowMs - decayedToMs, HALF_LIFE_DAYS.long))).toBeLessThan(1e-9);
    }),
  );
});

test('events of the first and the last year leave a counter finite', () => {
  const years = [Date.parse('0001-01-01T00:00:00Z'), 0, Date.parse('9999-12-31T23:59:59Z')];
  for (const order of [years, years.toReversed(), [years[1]!, years[0]!]]) {
    const counter = replay(order.map((atMs) => ({ weight: 3, atMs })));
    expect(counter.decayedToMs).toBe(Math.max(...order));
    expect(counter.longValue).toBe(3);
  }
});
