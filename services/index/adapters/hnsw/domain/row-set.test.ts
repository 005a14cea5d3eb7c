import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MutableRowSet } from './row-set.ts';

test('a row set holds what a Set holds, and visits it rising', () => {
  const step = fc.record({ row: fc.integer({ min: 0, max: 2_000 }), add: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const rows = new MutableRowSet();
      const oracle = new Set<number>();
      for (const { row, add } of steps) {
        if (add) rows.add(row);
        else rows.delete(row);
        if (add) oracle.add(row);
        else oracle.delete(row);
        expect(rows.has(row)).toBe(add);
      }
      const visited: number[] = [];
      rows.forEach((row) => {
        visited.push(row);
      });
      expect(visited).toEqual([...oracle].sort((left, right) => left - right));
      expect(rows.count).toBe(oracle.size);
    }),
  );
});
