import { expect, test } from 'vitest';
import type { RankingResult } from '../ranking/result.ts';
import { rankingOverview } from './ranking-overview.ts';

const contender = (name: string, value: number) => ({
  name,
  parameters: {},
  metrics: { 'ndcg@20': value, 'recall@20': value },
  intervals: {},
  slices: {},
  sliceIntervals: {},
  fitSeconds: 1,
  userMsP50: 1,
  userMsP99: 1,
  memoryMiB: 1,
});
const resultOf = (
  data: string,
  own: number,
  ease: number,
  target: RankingResult['target'] = 'test',
): RankingResult => ({
  benchmark: 'ranking',
  data,
  dataHash: '0',
  commit: 'c0ffee',
  date: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'A processor', cores: 2, memoryGb: 8, node: 'v24.0.0', os: 'linux x64' },
  loadBefore: 0,
  seed: 7,
  parameters: {},
  target,
  users: 1_000,
  usersOfAll: 1_000,
  sliceUsers: {},
  catalogSize: 10,
  contenders: [contender('kindred', own), contender('ease', ease), contender('reciprocal-rank-fusion', 0.9)],
  differences: [],
});

test('every data set has a row with each contender as a share of the best public method, losses in bold', () => {
  const page = rankingOverview([resultOf('won', 0.22, 0.2), resultOf('lost', 0.19, 0.2)])!;
  const [lost, won] = page.split('\n').filter((line) => /^\| (lost|won) /.test(line));
  expect(lost).toMatch(/\.2000 \(ease\).*\*\*\.1900\*\*.*\*\*95\.0 %\*\*.*100\.0 %.*450\.0 %/);
  expect(won).toMatch(/\.2000 \(ease\).* \.2200 .*110\.0 %/);
  expect(won).not.toContain('**');
});

test('a public figure that was measured elsewhere counts, and rows other than the test do not', () => {
  expect(rankingOverview([resultOf('pinterest', 0.2, 0.1)])).toContain('.1123 (EASE (λ 400))');
  expect(rankingOverview([resultOf('won', 0.2, 0.1, 'held-out training')])).toBeUndefined();
});
