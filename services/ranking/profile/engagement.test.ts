import { EVENT_TYPES } from '@kindred/shared/event';
import type { ItemId } from '@kindred/shared/id';
import { ENGAGEMENT_MAX, engagementWeight } from '@kindred/shared/model/engagement';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engagementsOf, type HistoryEvent } from './engagement.ts';

const history = fc
  .array(
    fc.record({
      item: fc.constantFrom('a', 'b', 'c', 'd').map((item) => item as ItemId),
      type: fc.constantFrom(...EVENT_TYPES),
      value: fc.constantFrom(0.5, 1, 30, 120),
      atMs: fc.nat(5),
    }),
    { maxLength: 12 },
  )
  .map((events): readonly HistoryEvent[] => events.sort((a, b) => b.atMs - a.atMs));

test('each item counts once, by its strongest event and its latest positive one', () => {
  fc.assert(
    fc.property(history, (events) => {
      const engagements = engagementsOf(events);
      const positive = events.filter(({ type, value }) => engagementWeight(type, value) > 0);
      const liked = positive.filter(({ item }) => !events.some((each) => each.item === item && each.type === 'hide'));
      expect(engagements.map(({ item }) => item)).toEqual([...new Set(liked.map(({ item }) => item))]);
      for (const { item, weight, latestMs } of engagements) {
        const own = liked.filter((event) => event.item === item);
        expect(weight).toBe(Math.max(...own.map(({ type, value }) => engagementWeight(type, value))));
        expect(latestMs).toBe(Math.max(...own.map(({ atMs }) => atMs)));
        expect(weight).toBeGreaterThan(0);
        expect(weight).toBeLessThanOrEqual(ENGAGEMENT_MAX);
      }
      const moments = engagements.map(({ latestMs }) => latestMs);
      expect(moments).toEqual(moments.toSorted((a, b) => b - a));
    }),
  );
});

test('a hidden item is no engagement, whether it was saved before or after', () => {
  const item = 'item' as ItemId;
  const save: HistoryEvent = { item, type: 'save', value: 1, atMs: 2 };
  for (const atMs of [1, 3]) {
    const hide: HistoryEvent = { item, type: 'hide', value: 1, atMs };
    expect(engagementsOf([save, hide].sort((a, b) => b.atMs - a.atMs))).toEqual([]);
  }
  expect(engagementsOf([save])).toHaveLength(1);
});

test('impressions alone are no engagement', () => {
  expect(engagementsOf([{ item: 'item' as ItemId, type: 'impression', value: 1, atMs: 1 }])).toEqual([]);
  expect(engagementsOf([])).toEqual([]);
});
