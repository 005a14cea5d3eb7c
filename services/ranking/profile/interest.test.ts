import { compareIds, type ItemId } from '@kindred/shared/id';
import { dot, normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Engagement } from './engagement.ts';
import { clustersOf, type EmbeddedEngagement, type Interest, interestsOf } from './interest.ts';

const DAY_MS = 86_400_000;
const interestsIn = (
  engaged: readonly EmbeddedEngagement[],
  mergeCostMax: number,
  nowMs: number,
): readonly Interest[] => interestsOf(clustersOf(engaged, mergeCostMax), engaged, nowMs);
const engaged = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 0, max: 999 }),
      ageDays: fc.integer({ min: 0, max: 300 }),
      angles: fc.tuple(fc.integer(), fc.integer()),
    }),
    {
      selector: ({ id }) => id,
      maxLength: 20,
    },
  )
  .map((rows) =>
    rows.map(
      ({ id, ageDays, angles }): EmbeddedEngagement => ({
        item: `item-${id}` as ItemId,
        weight: 1 + (id % 3),
        latestMs: 1e12 - ageDays * DAY_MS,
        vector: normalise(Float32Array.of(Math.cos(angles[0]), Math.sin(angles[0]), Math.cos(angles[1]))),
      }),
    ),
  );

test('has no interests for a user without engagements', () => {
  expect(interestsIn([], 1, 0)).toEqual([]);
});

test('every engaged item is in one interest, whose medoid is one of its items and the nearest to their sum', () => {
  fc.assert(
    fc.property(engaged, (engagements) => {
      const interests = interestsIn(engagements, 1.5, 1e12);
      const all = interests.flatMap((interest) => interest.items);
      expect([...all].sort()).toEqual(engagements.map(({ item }) => item).sort());
      const byItem = new Map(engagements.map((engagement) => [engagement.item, engagement]));
      for (const { medoid, items } of interests) {
        expect(items).toContain(medoid);
        const cost = (of: ItemId): number =>
          items.reduce((sum, item) => sum + 2 - 2 * dot(byItem.get(of)!.vector, byItem.get(item)!.vector), 0);
        for (const item of items) expect(cost(medoid)).toBeLessThanOrEqual(cost(item) + 1e-4);
      }
    }),
  );
});

test('orders interests by importance, and an engagement counts half after 69 days', () => {
  const vector = Float32Array.of(1, 0, 0);
  const other = Float32Array.of(-1, 0, 0);
  const [first, second] = interestsIn(
    [
      { item: 'new' as ItemId, weight: 1, latestMs: 69 * DAY_MS, vector },
      { item: 'old' as ItemId, weight: 1, latestMs: 0, vector: other },
    ],
    0.1,
    69 * DAY_MS,
  );
  expect(first).toMatchObject({ medoid: 'new', importance: 1 });
  expect(second).toMatchObject({ medoid: 'old', importance: 0.5 });
});

test('importance is the sum of the decayed weights, in whatever order clusters come; ties go by the medoid’s id', () => {
  const clusters = fc
    .array(
      fc.array(fc.record({ weight: fc.constantFrom(1, 2, 3), ageDays: fc.constantFrom(0, 69, 138) }), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map((rows) =>
      rows.map((members, cluster) =>
        members.map(({ weight, ageDays }, n): Engagement => {
          return { item: `item-${cluster}-${n}` as ItemId, weight, latestMs: 1e12 - ageDays * DAY_MS };
        }),
      ),
    );
  fc.assert(
    fc.property(clusters, (given) => {
      const asked = given.map((members) => ({ medoid: members[0]!.item, items: members.map(({ item }) => item) }));
      const interests = interestsOf(asked, given.flat(), 1e12);
      expect(interestsOf(asked.toReversed(), given.flat().reverse(), 1e12)).toEqual(interests);
      const wanted = given
        .map((members) => ({
          medoid: members[0]!.item,
          items: members.map(({ item }) => item),
          importance: members.reduce(
            (sum, { weight, latestMs }) => sum + weight / 2 ** ((1e12 - latestMs) / DAY_MS / 69),
            0,
          ),
        }))
        .sort((a, b) => b.importance - a.importance || compareIds(a.medoid, b.medoid));
      expect(interests).toEqual(wanted);
    }),
  );
});
