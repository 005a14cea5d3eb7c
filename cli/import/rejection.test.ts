import { expect, test } from 'vitest';
import { rejectionsOf, rejectionText } from './rejection.ts';

test('names the file, its line, the field and the reason', () => {
  const problem = { field: 'title', reason: 'must be a string' };
  expect(rejectionText('books.csv', { line: 17, problem })).toBe('books.csv:17: title: must be a string');
  expect(rejectionText('books.csv', { line: 17, problem: { field: '', reason: 'is not JSON' } })).toBe(
    'books.csv:17: is not JSON',
  );
});

test('writes control characters so that a terminal does not obey them', () => {
  const problem = { field: '\u001b[2J', reason: 'is\nnot known' };
  expect(rejectionText('a.csv', { line: 1, problem })).toBe('a.csv:1: \\u001b[2J: is\\u000anot known');
});

test('knows the line of the file from the row of the request', () => {
  const sent = [3, 7].map((line) => ({ kind: 'item' as const, line, lastLine: line, json: '{}' }));
  const answer = { accepted: 1, rejected: [{ line: 2, field: 'id', reason: 'must not be empty' }] };
  expect(rejectionsOf(answer, sent)).toEqual([{ line: 7, problem: { field: 'id', reason: 'must not be empty' } }]);
  expect(() => rejectionsOf({ accepted: 0, rejected: [{ line: 3, field: '', reason: '' }] }, sent)).toThrow(/row 3/);
});
