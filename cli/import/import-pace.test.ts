import { expect, test } from 'vitest';
import { paceFrom } from './import-pace.ts';
import { progressText } from './reporter.ts';

const start = { startedAt: '2026-01-31T12:00:00.000Z', part: 0, line: 0, items: 0, events: 0, rejected: 0 };

test('knows no time left before anything was acknowledged', () => {
  const progress = paceFrom([100], start, 0)(start, 1_000);
  expect(progress).toEqual({ linesDone: 0, linesTotal: 100, rows: 0, rowsPerSecond: 0, secondsLeft: undefined });
  expect(progressText(progress)).toBe('0 rows, 0 rows/s');
});

test('counts rates from where this run began, over all parts', () => {
  const begun = { ...start, line: 50, items: 50 };
  const later = { ...begun, part: 1, line: 100, events: 90, rejected: 10 };
  const progress = paceFrom([100, 300], begun, 5_000)(later, 15_000);
  expect(progress).toEqual({
    linesDone: 200,
    linesTotal: 400,
    rows: 150,
    rowsPerSecond: 10,
    secondsLeft: expect.closeTo(40 / 3),
  });
  expect(progressText(progress)).toBe('150 rows, 10 rows/s, 14 s left');
});

test('tells long times in minutes and hours', () => {
  const left = (secondsLeft: number): string =>
    progressText({ linesDone: 0, linesTotal: 0, rows: 1_000, rowsPerSecond: 1, secondsLeft });
  expect(left(600)).toMatch(/, 10 min left$/);
  expect(left(3 * 3600 + 61)).toMatch(/, 3 h 2 min left$/);
});
