import { expect, test } from 'vitest';
import { progressText } from '../console/row-progress.ts';
import { paceFrom } from './import-pace.ts';

const start = { startedAt: '2026-01-31T12:00:00.000Z', part: 0, line: 0, items: 0, events: 0, rejected: 0 };

test('knows no time left before anything was acknowledged', () => {
  const progress = paceFrom([100], start, 0)(start, 1_000);
  expect(progress).toEqual({ linesDone: 0, linesTotal: 100, rows: 0, rowsPerSecond: 0, secondsLeft: undefined });
  expect(progressText(progress)).toBe('0 rows, 0 rows/s');
});

test('counts rows over the whole run, and the time left by the part at hand', () => {
  const begun = { ...start, line: 50, items: 50 };
  const pace = paceFrom([100, 300], begun, 5_000);
  expect(pace({ ...begun, line: 100, items: 100 }, 6_000)).toMatchObject({ rowsPerSecond: 50, secondsLeft: 6 });
  expect(pace({ ...begun, part: 1, line: 100, items: 100, events: 90, rejected: 10 }, 10_000)).toEqual({
    linesDone: 200,
    linesTotal: 400,
    rows: 200,
    rowsPerSecond: 30,
    secondsLeft: undefined,
  });
  const later = pace({ ...begun, part: 1, line: 200, items: 100, events: 190, rejected: 10 }, 15_000);
  expect(later).toMatchObject({ rowsPerSecond: 25, secondsLeft: 5 });
  expect(progressText(later)).toBe('300 rows, 25 rows/s, 5 s left');
});

test('tells long times in minutes and hours', () => {
  const left = (secondsLeft: number): string =>
    progressText({ linesDone: 0, linesTotal: 0, rows: 1_000, rowsPerSecond: 1, secondsLeft });
  expect(left(600)).toMatch(/, 10 min left$/);
  expect(left(3 * 3600 + 61)).toMatch(/, 3 h 2 min left$/);
});
