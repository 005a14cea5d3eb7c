import { expect, test } from 'vitest';
import type { Failures } from './failures.ts';
import { type Growth, type TrainedOn, trainingNeed } from './training-need.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;
const ago = (hours: number): number => NOW_MS - hours * HOUR_MS;
const version = (hoursAgo: number, eventsChange = 100): TrainedOn => ({ trainedAtMs: ago(hoursAgo), eventsChange });
const grown: Growth = { newEvents: 1_000, events: 10_000, pairs: 500, lastErasure: 0 };

function need(
  given: Partial<Growth> & { latest?: TrainedOn; serving?: TrainedOn; failures?: Failures; hours?: number },
): string | undefined {
  const { latest, serving = latest, failures, hours = 6, ...growth } = given;
  return trainingNeed({ growth: { ...grown, ...growth }, latest, serving, failures, hours, nowMs: NOW_MS });
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

test('after a failed training a catalog waits its hours, and twice as long after each further one, at most two days', () => {
  for (const [count, waitHours] of [
    [1, 6],
    [2, 12],
    [3, 24],
    [4, 48],
    [5, 48],
    [2_000, 48],
  ] as const) {
    expect(need({ failures: { count, lastAtMs: ago(waitHours - 0.1) } })).toBe(undefined);
    expect(need({ failures: { count, lastAtMs: ago(waitHours) } })).toBe('grown');
  }
});

test('however few the hours, a failed training waits one; however many, it waits no longer than they say', () => {
  expect(need({ hours: 0.001, failures: { count: 1, lastAtMs: ago(0.9) } })).toBe(undefined);
  expect(need({ hours: 0.001, failures: { count: 1, lastAtMs: ago(1) } })).toBe('grown');
  expect(need({ hours: 100, failures: { count: 9, lastAtMs: ago(99) } })).toBe(undefined);
  expect(need({ hours: 100, failures: { count: 9, lastAtMs: ago(100) } })).toBe('grown');
});

test('a version that holds an erased user is replaced after half a day, in a small catalog and with the schedule off too', () => {
  const erased = { newEvents: 0, pairs: 0, lastErasure: 101 };
  expect(need({ ...erased, latest: version(11.9) })).toBe(undefined);
  for (const hours of [0, 6, 999]) expect(need({ ...erased, latest: version(12), hours })).toBe('erased');
  expect(need({ ...erased, latest: version(12), lastErasure: 100 })).toBe(undefined);
  expect(need({ ...erased })).toBe(undefined);
});

test('a failed training that an erasure asks for is tried again after 1, 2 and then every 4 hours', () => {
  const erased = { newEvents: 0, pairs: 0, lastErasure: 101, latest: version(14) };
  for (const [count, waitHours] of [
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 4],
  ] as const) {
    expect(need({ ...erased, failures: { count, lastAtMs: ago(waitHours - 0.1) } })).toBe(undefined);
    expect(need({ ...erased, failures: { count, lastAtMs: ago(waitHours) } })).toBe('erased');
  }
});

test('an erasure counts for the version that was gone back to, not for the latest', () => {
  const rolledBack = { latest: version(12, 200), serving: version(20, 100), newEvents: 0 };
  expect(need({ ...rolledBack, lastErasure: 150 })).toBe('erased');
  expect(need({ ...rolledBack, lastErasure: 100 })).toBe(undefined);
});
