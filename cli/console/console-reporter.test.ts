import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ConsoleReporter } from './console-reporter.ts';
import { endProgressBars, ProgressBar } from './progress-bar.ts';

function terminal() {
  return Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
}

const textOn = (stream: PassThrough): string => String(stream.read() ?? '');

test('writes bad rows to stderr above the bar, draws the bar again, and leaves it when it ends', () => {
  const stdout = terminal();
  const stderr = new PassThrough();
  const reporter = new ConsoleReporter({ stdout, stderr });
  reporter.say('reading');
  expect(textOn(stdout)).toBe('reading\n');
  reporter.progress({ done: 50, total: 100, text: '1,234 rows' });
  reporter.complain(['books.csv:7: is bad']);
  expect(textOn(stderr)).toBe('books.csv:7: is bad\n');
  expect(textOn(stdout)).toMatch(/#{12}\.{12}\] 50% 1,234 rows[^#]*$/);
  reporter.endProgress();
  textOn(stdout);
  reporter.say('done');
  expect(textOn(stdout)).toBe('done\n');
});

test('gives the result for people, below the bar', () => {
  const stdout = terminal();
  const reporter = new ConsoleReporter({ stdout, stderr: new PassThrough() });
  reporter.progress({ done: 1, total: 2, text: '' });
  reporter.result({ lines: ['two', 'lines'], json: { found: 2 } });
  expect(textOn(stdout)).toMatch(/\ntwo\nlines\n$/);
});

test('keeps stdout for one JSON value where that is asked for', () => {
  const stdout = terminal();
  const stderr = terminal();
  const reporter = new ConsoleReporter({ stdout, stderr, isJson: true });
  reporter.say('reading');
  reporter.progress({ done: 1, total: 2, text: 'half' });
  reporter.complain(['is bad']);
  reporter.result({ lines: ['for people'], json: { found: 2 } });
  expect(textOn(stdout)).toBe('{"found":2}\n');
  expect(textOn(stderr)).toMatch(/^reading\n[\s\S]*50% half[\s\S]*is bad\n/);
});

test('says the last progress in a line where there is no terminal, and not every step', () => {
  const stream = new PassThrough();
  const bar = new ProgressBar(stream);
  for (let done = 0; done < 1_000; done++) bar.show({ done, total: 1_000, text: `${done} rows` });
  bar.finish({ done: 1_000, total: 1_000, text: '1000 rows' });
  expect(textOn(stream)).toBe('100 %: 1000 rows\n');
  new ProgressBar(stream).finish({ done: 7, total: 0, text: '7 rows' });
  expect(textOn(stream)).toBe('7 rows\n');
});

test('every bar can be ended at once, so that nothing that failed keeps a process alive', () => {
  const streams = [terminal(), terminal()];
  const bars = streams.map((stream) => new ProgressBar(stream));
  for (const bar of bars) bar.show({ done: 1, total: 2, text: '' });
  endProgressBars();
  for (const stream of streams) expect(textOn(stream)).toMatch(/\n$/);
  for (const [index, bar] of bars.entries()) {
    bar.above(() => streams[index]?.write('below'));
    expect(textOn(streams[index]!)).toBe('below');
  }
});
