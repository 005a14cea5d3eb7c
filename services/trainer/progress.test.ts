import { expect, test } from 'vitest';
import { Progress } from './progress.ts';

test('keeps the last of lines that count up, and every line of another kind', () => {
  const progress = new Progress();
  const isNew = [
    'read 5000 rows',
    'read 10000 rows',
    'tried A: 0.1',
    'tried A: 0.2',
    'fitting all: 9 %',
    'fitting all: 10 %',
  ].map((line) => progress.add(line));
  expect(isNew).toEqual([true, false, true, true, true, false]);
  expect(progress.lines).toEqual([
    { number: 2, text: 'read 10000 rows' },
    { number: 3, text: 'tried A: 0.1' },
    { number: 4, text: 'tried A: 0.2' },
    { number: 6, text: 'fitting all: 10 %' },
  ]);
});

test('keeps two hundred lines', () => {
  const progress = new Progress();
  for (let i = 1; i <= 300; i++) progress.add(`tried ${i}.`);
  expect(progress.lines).toHaveLength(200);
  expect(progress.lines.at(-1)).toEqual({ number: 300, text: 'tried 300.' });
});
