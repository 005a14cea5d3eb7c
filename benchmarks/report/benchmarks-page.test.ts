import { expect, test } from 'vitest';
import type { BenchResult } from './bench-result.ts';
import { benchmarksPage } from './benchmarks-page.ts';

const header = {
  dataHash: 'abcdef0123456789',
  commit: 'c0ffee',
  date: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'A processor', cores: 2, memoryGb: 8, node: 'v24.0.0', os: 'linux x64' },
  loadBefore: 0.4,
  seed: 7,
  parameters: { limit: 20 },
};
const latency = { p50Ms: 1.234, p99Ms: 30, count: 10 };
const estimate = { mean: 0.28, low: 0.27, high: 0.29, standardError: 0.005 };
const serving: BenchResult = {
  ...header,
  benchmark: 'serving',
  data: 'goodbooks',
  items: 10_000,
  engagements: 100,
  requests: [
    { name: 'similar', latency: { ...latency, p99Ms: 4 }, p99GoalMs: 5 },
    { name: 'recommendations', latency, p99GoalMs: 25 },
  ],
  startUp: { readyMs: [2_400, 5_100], goalMs: 5_000 },
  memory: { atStartMb: 300, afterRequestsMb: 500 },
};
const ranking: BenchResult = {
  ...header,
  benchmark: 'ranking',
  data: 'goodbooks',
  target: 'test',
  users: 100,
  usersOfAll: 22_572,
  catalogSize: 10_000,
  contenders: [
    { name: 'kindred', metrics: { 'nDCG@20': estimate }, 'coverage@10': 0.5, 'gini@10': 0.6, user: latency },
  ],
  versions: { ranking: 'some-1' },
  versionCount: 1,
  memoryMb: 400,
};

const freshness: BenchResult = {
  ...header,
  benchmark: 'freshness',
  data: 'synthetic',
  items: 10_000,
  modes: [
    { ...watched('distributed'), eventsPerSecond: 1_000, reachedPerSecond: 999.6, goals: { p50Ms: 1, p99Ms: 1_000 } },
    { ...watched('embedded'), eventsPerSecond: 500, reachedPerSecond: 499.9, goals: { p99Ms: 200 } },
  ],
  throughput: {
    ...{ events: 300_000, appliedPerSecond: 6_000, goalPerSecond: 5_000, rankingCores: 0.5 },
    ...{ bareEvents: 300_000, barePerSecond: 120_000 },
  },
};

function watched<Mode extends 'distributed' | 'embedded'>(mode: Mode) {
  return { mode, lateMaxMs: 12, changed: latency, precision: latency, acknowledged: latency };
}

test('goals that are missed are said to be, as plainly as those that are met', () => {
  const page = benchmarksPage([serving]);
  expect(page).toMatch(/\| similar +\| +1\.23 \| +4\.00 \| +≤ 5 \| +met \|/);
  expect(page).toMatch(/\| recommendations \| +1\.23 \| +30\.0 \| +≤ 25 \| +\*\*missed\*\* \|/);
  expect(page).toContain('after 2.4, 5.1 s (goal 5 s: **missed**)');
});

test('freshness of both modes is judged by each goal, and the events applied stand beside what kafkajs alone reads', () => {
  const page = benchmarksPage([freshness]);
  const rows = page.split('\n').filter((line) => /^\| (distributed|embedded):/.test(line));
  expect(rows.map((row) => row.split(/ *\| */).slice(2, -1))).toEqual([
    ['1,000', '10', '1.23', '30.0', '1.23 / 30.0', '1.23 / 30.0', 'p50 ≤ 1, p99 ≤ 1,000', '**missed**'],
    ['500', '10', '1.23', '30.0', '1.23 / 30.0', '1.23 / 30.0', 'p99 ≤ 200', 'met'],
  ]);
  expect(page).toContain('**6,000 a second** (goal 5,000: met)');
  expect(page).toContain('at 120,000 a second: Kindred applies 5 % of that');
});

test('a ranking stands among what others reach, with what it wins and loses', () => {
  const page = benchmarksPage([ranking]);
  const rows = page.split('\n').filter((line) => /RP3β|kindred\*\*|positives only/.test(line));
  expect(rows.map((row) => row.split('|')[1]!.trim())).toEqual([
    'RP3β (k 200, α 0.7, β 0.6), low ratings × 0.3',
    '**kindred**',
    'EASE (λ 50), positives only',
  ]);
  expect(page).toContain('**loses to 5** of the 11 and beats 5; it reaches 90 % of the best');
  expect(page).toContain('100 users (a hashed sample of 22,572)');
});

test('what is judged on other rows is not compared with what others reach on the test', () => {
  const page = benchmarksPage([{ ...ranking, target: 'held-out training' }]);
  expect(page).not.toContain('RP3β');
  expect(page).toContain('judged on the held-out training rows');
});

test('the page does not depend on the order of the results and names each run', () => {
  expect(benchmarksPage([serving, ranking])).toBe(benchmarksPage([ranking, serving]));
  expect(benchmarksPage([serving])).toContain('at commit `c0ffee` on A processor, 2 cores, 8 GB');
});

test('questions without results have no section', () => {
  expect(benchmarksPage([serving])).not.toContain('served ranking');
});
