import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partitionStart } from './kafka-partition-start.ts';

const ranges = fc
  .record({ start: fc.nat(1_000), length: fc.nat(1_000) })
  .map(({ start, length }) => ({ start, end: start + length }));

test('starts at the beginning without progress, and at the progress that is in range', () => {
  fc.assert(
    fc.property(ranges, fc.nat(1_000), (range, step) => {
      expect(partitionStart(1, undefined, range)).toEqual({ offset: range.start, expired: undefined });
      const progress = Math.min(range.start + step, range.end);
      expect(partitionStart(1, progress, range)).toEqual({ offset: progress, expired: undefined });
    }),
  );
});

test('names the messages that expired before they were read', () => {
  expect(partitionStart(0, 2, { start: 7, end: 10 })).toEqual({ offset: 7, expired: { from: 2, to: 6 } });
});

test('refuses progress of another topic', () => {
  expect(() => partitionStart(3, 11, { start: 0, end: 10 })).toThrow('progress 11 of partition 3 lies past');
});
