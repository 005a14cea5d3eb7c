import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { terminalReporter } from './console-reporter.ts';

test('writes bad rows to stderr above the bar, draws the bar again, and leaves it when it ends', () => {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  const stderr = new PassThrough();
  const reporter = terminalReporter(stdout, stderr);
  const screen = (): string => String(stdout.read() ?? '');

  reporter.say('reading');
  expect(screen()).toBe('reading\n');
  reporter.progress({ linesDone: 50, linesTotal: 100, rows: 1_234, rowsPerSecond: 10, secondsLeft: 5 });
  reporter.complain(['books.csv:7: is bad']);
  expect(String(stderr.read())).toBe('books.csv:7: is bad\n');
  expect(screen()).toMatch(/#{12}\.{12}\] 50% 1,234 rows, 10 rows\/s, 5 s left[^#]*$/);
  reporter.close();
  screen();
  reporter.say('done');
  expect(screen()).toBe('done\n');
});
