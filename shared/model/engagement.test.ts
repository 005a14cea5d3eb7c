import { testDatabase } from '@kindred/infra/postgres/test-database';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { EVENT_TYPES } from '../event.ts';
import { ENGAGEMENT_MAX, engagementWeight, IS_ENGAGEMENT_SQL, STRENGTH_SQL, strengthOf } from './engagement.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

test('a save is worth most, a dwell grows to a minute, and impressions and hides are worth nothing', () => {
  expect(engagementWeight('save', 1)).toBe(ENGAGEMENT_MAX);
  expect(engagementWeight('click', 1)).toBe(1);
  expect(engagementWeight('dwell', 30)).toBe(0.75);
  expect(engagementWeight('dwell', 6_000)).toBe(1.5);
  expect(engagementWeight('impression', 1)).toBe(0);
  expect(engagementWeight('hide', 1)).toBe(0);
});

test('an event of value 0 is worth nothing, and a weight never falls as the value grows', () => {
  const value = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom(...EVENT_TYPES), value, value, (type, a, b) => {
      expect(engagementWeight(type, 0)).toBe(0);
      const [low, high] = [engagementWeight(type, Math.min(a, b)), engagementWeight(type, Math.max(a, b))];
      expect(low).toBeLessThanOrEqual(high);
      expect(strengthOf(type, a)).toBeLessThanOrEqual(1);
    }),
  );
});

test('the database computes the same strengths, and none for a retracted event', async () => {
  const values = [0, 0.5, 1, 12.25, 60, 61, 1e6];
  const events = EVENT_TYPES.flatMap((type) =>
    values.flatMap((value) => [true, false].map((retracted) => ({ type, value, retracted }))),
  );
  const { rows } = await database.query<{ strength: number; isEngagement: boolean }>(
    `SELECT (${STRENGTH_SQL})::float8 AS strength, ${IS_ENGAGEMENT_SQL} AS "isEngagement"
     FROM unnest($1::text[], $2::float8[], $3::boolean[]) WITH ORDINALITY AS given (type, value, retracted, place)
     ORDER BY place`,
    [events.map(({ type }) => type), events.map(({ value }) => value), events.map(({ retracted }) => retracted)],
  );
  expect(rows).toHaveLength(events.length);
  for (const [place, { type, value, retracted }] of events.entries()) {
    const wanted = retracted ? 0 : strengthOf(type, value);
    expect(rows[place]!.strength).toBeCloseTo(wanted, 12);
    expect(rows[place]!.isEngagement).toBe(wanted > 0);
  }
});
