import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ServingPass, type ServingResult, servingResultSchema } from '../serving/result.ts';
import { RESULTS_FOLDER, readResults } from './result-files.ts';
import { servingSection } from './serving-section.ts';

const latency = { p50Ms: 4, p99Ms: 16, count: 2_000 };
const pass = (connections: number, asked: ServingPass['asked']): ServingPass => ({
  name: 'recommendations',
  connections,
  asked,
  latency,
  perSecond: 240.4 * connections,
  degraded: 0,
  ...(connections === 1 && { goals: { p50Ms: 5, p99Ms: 15 } }),
});
const load = {
  users: 6_000,
  usersOfAll: 53_055,
  usersPerPass: 2_000,
  itemsPerPass: 1_500,
  events: {
    perSecond: 100,
    reachedPerSecond: 99.6,
    eventsMax: 60_000,
    count: 4_321,
    lateMaxMs: 12.4,
    acknowledged: { p50Ms: 3.5, p99Ms: 21.25, count: 4_321 },
  },
  passes: [pass(1, 'first'), pass(1, 'repeated'), pass(8, 'first')],
};
const result: ServingResult = {
  benchmark: 'serving',
  data: 'goodbooks',
  dataHash: 'abcdef0123456789',
  commit: 'c0ffee',
  date: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'A processor', cores: 2, memoryGb: 8, node: 'v24.0.0', os: 'linux x64' },
  loadBefore: 0.4,
  seed: 7,
  parameters: { limit: 20 },
  items: 10_000,
  load,
  startUp: { readyMs: [2_400, 5_100], goalMs: 5_000 },
  memory: { atStartMb: 300, afterRequestsMb: 500 },
};
const rowsOf = (section: string): readonly (readonly string[])[] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| rec'))
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

test('first and repeated requests stand apart by connections, judged by the goals of one connection', () => {
  expect(rowsOf(servingSection(servingResultSchema.parse(result)))).toEqual([
    ['recommendations, first', '1', '2,000', '4.00', '≤ 5', 'met', '16.0', '≤ 15', '**missed**', '240'],
    ['recommendations, repeated', '1', '2,000', '4.00', '≤ 5', 'met', '16.0', '≤ 15', '**missed**', '240'],
    ['recommendations, first', '8', '2,000', '4.00', '', '', '16.0', '', '', '1,923'],
  ]);
});

test('users, events per second and start-up are said', () => {
  const section = servingSection(result);
  expect(section).toContain('10,000 items, 6,000 users (a hashed sample of 53,055)');
  expect(section).toContain('4,321 at 100 per second (planned 100), the latest 12 ms late');
  expect(section).toContain('No answer was degraded.');
  expect(section).toContain('after 2.4, 5.1 s (goal 5 s: **missed**)');
  expect(servingSection({ ...result, load: { ...load, usersOfAll: 6_000 } })).toContain('6,000 users; ');
});

test('degraded answers are said as plainly', () => {
  const passes = load.passes.map((each, i) => ({ ...each, degraded: i }));
  expect(servingSection({ ...result, load: { ...load, passes } })).toContain('**3 of 6,000 answers were degraded.**');
});

test('a result that is of both forms or of neither is refused', () => {
  const { load: _, ...neither } = result;
  expect(servingResultSchema.safeParse(neither).success).toBe(false);
  expect(servingResultSchema.safeParse({ ...result, requests: [] }).success).toBe(false);
});

test('a result of one user on one connection is read and shown as one', async () => {
  const { load: _, ...header } = result;
  const alone = servingResultSchema.parse({
    ...header,
    engagements: 100,
    requests: [{ name: 'recommendations', latency, goals: { p99Ms: 25 } }],
  });
  expect(rowsOf(servingSection(alone))).toEqual([['recommendations', '4.00', '', '', '16.0', '≤ 25', 'met']]);
  expect(servingSection(alone)).toContain('a user with 100 saves. One client on one connection');
  const published = (await readResults(RESULTS_FOLDER)).filter(({ benchmark }) => benchmark === 'serving');
  expect(published, join(RESULTS_FOLDER, 'serving-*.json')).not.toHaveLength(0);
});
