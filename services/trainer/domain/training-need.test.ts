import { expect, test } from 'vitest';
import { type Growth, type TrainedOn, trainingNeed } from './training-need.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;
const ago = (hours: number): number => NOW_MS - hours * HOUR_MS;
const version = (hoursAgo: number, eventsChange = 100): TrainedOn => ({ trainedAtMs: ago(hoursAgo), eventsChange });
const grown: Growth = { newEvents: 1_000, events: 10_000, pairs: 500, lastErasure: 0 };

function need(
  given: Partial<Growth> & { latest?: TrainedOn; serving?: TrainedOn; triedAtMs?: number; hours?: number },
): string | undefined {
  const { latest, serving = latest, triedAtMs, hours = 6, ...growth } = given;
  return trainingNeed({ growth: { ...grown, ...growth }, latest, serving, triedAtMs, hours, nowMs: NOW_MS });
}

test('a catalog is trained for the first time once there are enough pairs to learn from', () => {
  expect(need({ newEvents: 600, events: 600, pairs: 499 })).toBe(undefined);
  expect(need({ newEvents: 600, events: 600, pairs: 500 })).toBe('grown');
  expect(need({ hours: 0 })).toBe(undefined);
});

test('a version is left alone for its hours, and then until a thousand events or a tenth are new', () => {
  expect(need({ latest: version(5.9) })).toBe(undefined);
  expect(need({ latest: version(6) })).toBe('grown');
  expect(need({ latest: version(6), newEvents: 999 })).toBe(undefined);
  expect(need({ latest: version(6), newEvents: 60, events: 600 })).toBe('grown');
  expect(need({ latest: version(6), newEvents: 59, events: 600 })).toBe(undefined);
  expect(need({ latest: version(6), newEvents: 0, events: 0 })).toBe(undefined);
});

test('a training that failed is not tried again before its hours are over', () => {
  expect(need({ triedAtMs: ago(5) })).toBe(undefined);
  expect(need({ triedAtMs: ago(6) })).toBe('grown');
});

test('an erasure has what serves trained anew within half a day, however small the catalog, even when the rest is off', () => {
  const erased = { newEvents: 0, pairs: 0, lastErasure: 101 };
  expect(need({ ...erased, latest: version(11.9) })).toBe(undefined);
  for (const hours of [0, 6, 999]) expect(need({ ...erased, latest: version(12), hours })).toBe('erased');
  expect(need({ ...erased, latest: version(12), lastErasure: 100 })).toBe(undefined);
  expect(need({ ...erased })).toBe(undefined);
  // Tried again hourly, as long as it fails.
  expect(need({ ...erased, latest: version(14), triedAtMs: ago(0.9) })).toBe(undefined);
  expect(need({ ...erased, latest: version(14), triedAtMs: ago(1) })).toBe('erased');
});

test('an erasure counts for the version that was gone back to, not for the latest', () => {
  const rolledBack = { latest: version(12, 200), serving: version(20, 100), newEvents: 0 };
  expect(need({ ...rolledBack, lastErasure: 150 })).toBe('erased');
  expect(need({ ...rolledBack, lastErasure: 100 })).toBe(undefined);
});
