import { expect, test } from 'vitest';
import { DataError } from '../dataset-folder/data-error.ts';
import { RowTally } from './row-tally.ts';

function tallyWith(complaints: string[]): RowTally {
  return new RowTally('a.csv', {
    say: () => {},
    complain: (lines) => void complaints.push(...lines),
    progress: () => {},
    endProgress: () => {},
    result: () => {},
  });
}

const problem = { field: 'rating', reason: 'must be a number' };

test('tells bad rows by file, line, field and reason', () => {
  const complaints: string[] = [];
  const tally = tallyWith(complaints);
  tally.addBad(7, problem);
  tally.good += 1;
  tally.end();
  expect(complaints).toEqual(['a.csv:7: rating: must be a number']);
  expect(tally.bad).toBe(1);
});

test('stops where most of the first thousand rows are bad, and after a short file that is mostly bad', () => {
  const early = tallyWith([]);
  for (let line = 1; line <= 501; line++) early.addBad(line, problem);
  early.endBatch();
  early.good += 499;
  expect(() => early.endBatch()).toThrow(/most rows of a\.csv are bad, 501 of the first 1,000/);
  const short = tallyWith([]);
  short.addBad(1, problem);
  expect(() => short.end()).toThrow(DataError);
});

test('refuses a file without rows', () => {
  expect(() => tallyWith([]).end()).toThrow('a.csv has no rows');
});

test('tells a thousand bad rows and counts the others', () => {
  const complaints: string[] = [];
  const tally = tallyWith(complaints);
  tally.good += 5_000;
  for (let line = 1; line <= 1_200; line++) tally.addBad(line, problem);
  tally.end();
  expect(complaints).toHaveLength(1_001);
  expect(complaints.at(-1)).toBe('a.csv: 200 further rows are bad');
});
