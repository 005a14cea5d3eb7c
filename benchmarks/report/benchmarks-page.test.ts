import { expect, test } from 'vitest';
import type { RankingResult } from '../ranking/result.ts';
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
const serving: BenchResult = {
  ...header,
  benchmark: 'serving',
  data: 'goodbooks',
  items: 10_000,
  engagements: 100,
  requests: [
    { name: 'similar', latency: { ...latency, p99Ms: 4 }, goals: { p99Ms: 5 } },
    { name: 'recommendations', latency, goals: { p50Ms: 5, p99Ms: 25 } },
  ],
  startUp: { readyMs: [2_400, 5_100], goalMs: 5_000 },
  memory: { atStartMb: 300, afterRequestsMb: 500 },
};
const interval = (low: number, high: number): Record<string, [number, number]> =>
  Object.fromEntries(['ndcg@20', 'ndcg@100', 'recall@20'].map((metric) => [metric, [low, high]]));
const figures = (value: number) => ({ 'ndcg@20': value, 'ndcg@100': value, 'recall@20': value, 'recall@10': value });
const contender = {
  parameters: { lambda: 60 },
  sliceIntervals: {},
  fitSeconds: 12,
  userMsP50: 1,
  userMsP99: 2,
  memoryMiB: 900,
  slices: { 'history-5-9': figures(0.2) },
};
const ranking: RankingResult = {
  ...header,
  benchmark: 'ranking',
  data: 'goodbooks',
  target: 'test',
  users: 100,
  usersOfAll: 22_572,
  sliceUsers: { 'history-5-9': 40, 'new-items': 30, 'known-items': 35 },
  catalogSize: 10_000,
  contenders: [
    {
      ...contender,
      name: 'kindred',
      metrics: figures(0.28),
      intervals: interval(0.27, 0.29),
      slices: {
        ...contender.slices,
        'new-items': figures(0.5),
        'new-items-full-catalog': figures(0.1),
        'known-items': figures(0.3),
        'known-items-full-catalog': figures(0.29),
      },
      sliceIntervals: { 'new-items': interval(0.45, 0.55) },
      versions: { ranking: 'some-1' },
      versionCount: 1,
    },
    { ...contender, name: 'ease', metrics: figures(0.29), intervals: interval(0.28, 0.3) },
  ],
  differences: [{ baseline: 'ease', metrics: figures(-0.01), intervals: interval(-0.012, -0.008) }],
};

const freshness: BenchResult = {
  ...header,
  benchmark: 'freshness',
  data: 'synthetic',
  items: 10_000,
  modes: [
    { ...watched('distributed'), eventsPerSecond: 1_000, reachedPerSecond: 999.6, goals: { p50Ms: 1, p99Ms: 1_000 } },
    { ...watched('standalone'), eventsPerSecond: 500, reachedPerSecond: 499.9, goals: { p99Ms: 200 } },
  ],
  throughput: {
    events: 300_000,
    appliedPerSecond: 6_000,
    goalPerSecond: 5_000,
    rankingCores: 0.5,
    bareEvents: 300_000,
    barePerSecond: 120_000,
  },
};

function watched<Mode extends 'distributed' | 'standalone'>(mode: Mode) {
  return { mode, lateMaxMs: 12, changed: latency, precision: latency, acknowledged: latency };
}

test('goals that are missed are said to be, as plainly as those that are met', () => {
  const page = benchmarksPage([serving]);
  expect(page).toMatch(/\| similar +\| +1\.23 \| +\| +\| +4\.00 \| +≤ 5 \| +met \|/);
  expect(page).toMatch(/\| recommendations \| +1\.23 \| +≤ 5 \| +met \| +30\.0 \| +≤ 25 \| +\*\*missed\*\* \|/);
  expect(page).toContain('after 2.4, 5.1 s (goal 5 s: **missed**)');
});

test('freshness of both modes is judged by each goal, and the events applied stand beside what kafkajs alone reads', () => {
  const page = benchmarksPage([freshness]);
  const rows = page.split('\n').filter((line) => /^\| (distributed|standalone):/.test(line));
  expect(rows.map((row) => row.split(/ *\| */).slice(2, -1))).toEqual([
    ['1,000', '10', '1.23', '30.0', '1.23 / 30.0', '1.23 / 30.0', 'p50 ≤ 1, p99 ≤ 1,000', '**missed**'],
    ['500', '10', '1.23', '30.0', '1.23 / 30.0', '1.23 / 30.0', 'p99 ≤ 200', 'met'],
  ]);
  expect(page).toContain('**6,000 per second** (goal 5,000: met)');
  expect(page).toContain('at 120,000 per second: Kindred applies 5 % of that');
});

test('a ranking stands among what others reach, with what it wins and loses', () => {
  const page = benchmarksPage([ranking]);
  const rows = page.split('\n').filter((line) => /^\| (RP3β|\*\*kindred|EASE .*positives only)/.test(line));
  expect(rows.map((row) => row.split('|')[1]!.trim())).toEqual([
    'RP3β (k 200, α 0.7, β 0.6), low ratings × 0.3',
    '**kindred**',
    'EASE (λ 50), positives only',
  ]);
  expect(page).toContain('**loses to 5** of the 11 and beats 5; it reaches 90 % of the best');
  expect(page).toContain('100 users (a hashed sample of 22,572)');
});

test('a ranking is told beside its goals, with what new items cost the others', () => {
  const page = benchmarksPage([ranking]);
  const goals = page.split('\n').filter((line) => /\| +(met|\*\*missed\*\*|not measured) +\|$/.test(line));
  expect(goals.map((row) => row.split(/ *\| */).slice(1, -1))).toEqual([
    ['nDCG@20', '.3105', '≥ .3220', '.2800', '**missed**'],
    ['recall@20', '.3860', '≥ .3990', '.2800', '**missed**'],
    ['nDCG@100', '.3628', '≥ .3710', '.2800', '**missed**'],
    ['new items among themselves, recall@20', '.4369', '≥ .4550', '.5000', 'met'],
    ['new items among themselves, nDCG@20', '.3245', '≥ .3400', '.5000', 'met'],
    ['new items in the full catalog, recall@20', '.1979', '≥ .2120', '.1000', '**missed**'],
    ['content only, nDCG@20', '.1949', '≥ .2050', '', 'not measured'],
    ['loss of the other items to new ones, nDCG@20', '', '≤ 2 %', '3.3 %', '**missed**'],
    ['loss of the other items to new ones, recall@20', '', '≤ 2 %', '3.3 %', '**missed**'],
    ['training with selection and ranker', '', '≤ 240 s', '12 s', 'met'],
  ]);
});

test('a ranking is compared with each baseline user by user, by history and on new items', () => {
  const page = benchmarksPage([ranking]);
  expect(page).toContain('it **loses to ease**');
  expect(page).toMatch(/\| ease +\| +−\.0100 \(−\.0120 – −\.0080\) \|/);
  expect(page).toMatch(/\| 5 – 9 +\| +40 \| +\.2000 \| +\.2000 \|/);
  expect(page).toMatch(/\| kindred: among themselves +\| +30 \| +\.5000 \| +\.5000 \| +\.5000 \| \.4500 – \.5500 \|/);
  expect(page).toMatch(/^kindred \* +\.2800 {2}█{36}/m);
});

test('what new items gain stands beside what the others lose', () => {
  const settings = [
    { raise: -0.5, newRecall20: 0.125, newShown20: 0.6, ndcg20: 0.249, recall20: 0.4 },
    { raise: 0, newRecall20: 0.25, newShown20: 1.2, ndcg20: 0.2475, recall20: 0.39 },
  ];
  const counts = { users: 1_000, knownUsers: 900, without: { ndcg20: 0.25, recall20: 0.4 } };
  const page = benchmarksPage([
    { ...header, benchmark: 'new-items', data: 'goodbooks', target: 'test', ...counts, settings },
  ]);
  const rows = page.split('\n').filter((line) => /^\| (−|as trained)/.test(line));
  expect(rows.map((row) => row.split(/ *\| */).slice(1, -1))).toEqual([
    ['−0.5', '.1250', '0.60', '.2490', '0.4 %', '.4000', '0 %'],
    ['as trained', '.2500', '1.20', '.2475', '1 %', '.3900', '2.5 %'],
  ]);
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
