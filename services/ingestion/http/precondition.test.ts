import { ifMatchHeaders } from '@kindred/shared/api/items';
import { expect, test } from 'vitest';
import { preconditionOf } from './precondition.ts';

const isTaken = (ifMatch: string): boolean => ifMatchHeaders.safeParse({ 'If-Match': ifMatch }).success;

test('a list of entity tags asks for any of the changes that they name', () => {
  expect(preconditionOf(undefined)).toBeUndefined();
  expect(preconditionOf('*')).toBe('exists');
  expect(preconditionOf('"17"')).toEqual({ changes: [17] });
  expect(preconditionOf('"1" , W/"2",  "3", "x", ""')).toEqual({ changes: [1, 3] });
});

test('only the form of RFC 9110 is taken', () => {
  for (const header of ['*', '"1"', 'W/"1"', '""', '"1", "2"', '"1"\t,W/"a,b"']) expect(isTaken(header)).toBe(true);
  for (const header of [
    '',
    ' ',
    '1',
    '"1',
    '1"',
    '* ',
    '*, "1"',
    '"1" "2"',
    '"1",',
    ',"1"',
    '"a b"',
    'w/"1"',
    '"\0"',
  ]) {
    expect(isTaken(header), header).toBe(false);
  }
});
