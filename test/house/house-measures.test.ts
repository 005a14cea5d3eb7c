import { expect, test } from 'vitest';
import { brokenLimits } from './house-limits.ts';
import { headlessShare, measureHouse } from './house-measures.ts';
import { houseReport } from './house-report.ts';
import { parseSource } from './source-file.ts';

const body = (lines: number) => `/** Waits. */\nexport function wait() {\n${'  wait();\n'.repeat(lines - 2)}}\n`;

test('puts the longest first and measures no function of a test', () => {
  const measures = measureHouse([
    parseSource('services/index/small.ts', body(5)),
    parseSource('services/index/large.ts', body(9)),
    parseSource('services/index/large.test.ts', body(20)),
    parseSource('test/e2e/life.ts', body(20)),
  ]);
  expect(measures.functions.map(({ path, lines }) => `${path} ${lines}`)).toEqual([
    'services/index/large.ts 9',
    'services/index/small.ts 5',
  ]);
  expect(measures.files.map(({ lines }) => lines)).toEqual([10, 6]);
});

test('divides the test lines of a workspace by its source lines', () => {
  const measures = measureHouse([
    parseSource('services/ranking/a.ts', body(9)),
    parseSource('services/ranking/a.test.ts', body(4)),
    parseSource('services/ranking/a.contract.ts', body(4)),
    parseSource('shared/b.ts', body(9)),
    parseSource('test/e2e/c.ts', body(9)),
  ]);
  expect(measures.ratios).toEqual([
    { workspace: 'services/ranking', sourceLines: 10, testLines: 10, ratio: 1 },
    { workspace: 'shared', sourceLines: 10, testLines: 0, ratio: 0 },
  ]);
});

test('a house within every limit breaks none', () => {
  const files = [parseSource('services/ranking/a.ts', body(70)), parseSource('services/ranking/a.test.ts', body(43))];
  expect(brokenLimits(measureHouse(files))).toEqual([]);
});

test('names each broken limit with its place', () => {
  const files = [
    parseSource('services/ranking/a.ts', `${body(71)}${'// more\n'.repeat(230)}`),
    parseSource('services/ranking/a.test.ts', 'const a = { ...{ b: 1 } };\n/** What. */\nconst c = 1;\n'),
  ];
  const measures = measureHouse(files);
  expect(headlessShare(measures.docComments)).toBe(1 / 2);
  expect(brokenLimits(measures)).toEqual([
    'services/ranking/a.ts:2 wait has 71 lines; at most 70',
    'services/ranking/a.ts has 302 lines; at most 300',
    'services/ranking has 0.01 test lines per source line; at least 0.6',
    '50.0 % of doc comments open with a headless clause; less than 2 % may',
    '  services/ranking/a.test.ts:2 What.',
    'services/ranking/a.test.ts:1 spreads an object literal',
  ]);
});

test('the report says the longest function, the ratio and the counts', () => {
  const report = houseReport(
    measureHouse([parseSource('shared/a.ts', body(12)), parseSource('shared/b.ts', 'export const b = 1;')]),
  );
  expect(report).toContain('    12  shared/a.ts:2 wait');
  expect(report).toContain('  0.00  shared (0 / 14)');
  expect(report).toContain('Doc comments: 1, of which 0 (0.0 %) open with a headless clause');
  expect(report).toContain('Exports: 2, of which 1 without a doc comment');
});
