import { expect, test } from 'vitest';
import { momentMsOf, momentText } from './moment.ts';

test.each([
  ['978300760', '2000-12-31T22:12:40Z'],
  ['0', '1970-01-01T00:00:00Z'],
  ['-86400', '1969-12-31T00:00:00Z'],
  ['1577836800123', '2020-01-01T00:00:00.123Z'],
  ['2020-02-29', '2020-02-29T00:00:00Z'],
  ['2020-02-29 13:14', '2020-02-29T13:14:00Z'],
  ['2020-02-29 13:14:15.5', '2020-02-29T13:14:15.500Z'],
  ['2020-02-29T13:14:15+02:00', '2020-02-29T11:14:15Z'],
])('reads %s', (text, moment) => {
  expect(momentText(momentMsOf(text) ?? Number.NaN)).toBe(moment);
});

test.each([
  '',
  'yesterday',
  '2021-02-29',
  '2020-13-01',
  '2020-01-01T25:00',
  '1e9',
  '12.5',
  '999999999999999',
  '31.12.2020',
])('does not read %j', (text) => {
  expect(momentMsOf(text)).toBeUndefined();
});
