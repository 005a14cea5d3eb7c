import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstPlaceHeaders, firstPlaceOf, foreignHeaders } from './first-place.ts';

test('a first place is read back from its headers, whatever stands beside them', () => {
  const whole = fc.nat({ max: 2 ** 31 });
  fc.assert(
    fc.property(fc.record({ partition: whole, offset: whole, appendedAtMs: whole }), (first) => {
      expect(firstPlaceOf({ ce_id: 'x', ...firstPlaceHeaders(first) })).toEqual(first);
    }),
  );
});

test.each(['', '-1', '1.5', '1e3', ' 1', '9'.repeat(16), 'NaN'])('an offset of %j is no first place', (offset) => {
  const headers = firstPlaceHeaders({ partition: 1, offset: 2, appendedAtMs: 3 });
  expect(firstPlaceOf({ ...headers, 'kindred-first-offset': offset })).toBeUndefined();
  expect(firstPlaceOf({})).toBeUndefined();
});

test('a producer’s headers are kept without those of the engine', () => {
  const headers = { ...firstPlaceHeaders({ partition: 1, offset: 2, appendedAtMs: 3 }), ce_id: 'x', kindred: 'y' };
  expect(foreignHeaders(headers)).toEqual({ ce_id: 'x', kindred: 'y' });
});
