import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementOf, rowCountOf, type SparseRows, SparseRowsBuilder } from '../numeric/sparse-rows.ts';
import { coEngagementRows } from './rp3beta.ts';

const USERS = 6;
const ITEMS = 8;
/** Engagements as pairs of user and item. */
const pairs = fc.uniqueArray(fc.tuple(fc.nat(USERS - 1), fc.nat(ITEMS - 1)), {
  selector: ([user, item]) => user * ITEMS + item,
  maxLength: USERS * ITEMS,
});

function engagementsOf(given: readonly (readonly [number, number])[], seenOnly: readonly number[]): SparseRows {
  const builder = new SparseRowsBuilder(USERS);
  for (let user = 0; user < USERS; user++) {
    for (const [index, [who, item]] of given.entries()) {
      if (who === user) builder.add(item, seenOnly.includes(index) ? 0 : 1);
    }
    builder.endRow();
  }
  return builder.done();
}

/** RP3β by its sums over every path item → user → item. */
function byDefinition(given: readonly (readonly [number, number])[], start: number, end: number): number {
  const has = (user: number, item: number): boolean => given.some(([u, i]) => u === user && i === item);
  const userDegree = (user: number): number => given.filter(([u]) => u === user).length;
  const itemDegree = (item: number): number => given.filter(([, i]) => i === item).length;
  let sum = 0;
  for (let user = 0; user < USERS; user++) {
    if (has(user, start) && has(user, end)) sum += itemDegree(start) ** -0.7 * userDegree(user) ** -0.7;
  }
  return sum === 0 ? 0 : sum * itemDegree(end) ** -0.6;
}

test('weighs pairs of items as the three-step walk does by its definition, without what was only seen', () => {
  fc.assert(
    fc.property(pairs, fc.uniqueArray(fc.nat(10), { maxLength: 3 }), (given, seenOnly) => {
      const rows = coEngagementRows(engagementsOf(given, seenOnly), ITEMS, ITEMS);
      const engaged = given.filter((_, index) => !seenOnly.includes(index));
      expect(rowCountOf(rows)).toBe(ITEMS);
      for (let start = 0; start < ITEMS; start++) {
        for (let end = 0; end < ITEMS; end++) {
          const wanted = start === end ? 0 : byDefinition(engaged, start, end);
          expect(elementOf(rows, start, end)).toBeCloseTo(wanted, 6);
        }
      }
    }),
  );
});

test('keeps the strongest of each row, by falling weight', () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: 1, max: 4 }), (given, keep) => {
      const whole = coEngagementRows(engagementsOf(given, []), ITEMS, ITEMS);
      const cut = coEngagementRows(engagementsOf(given, []), ITEMS, keep);
      for (let row = 0; row < ITEMS; row++) {
        const of = ({ starts, values }: SparseRows): number[] => [...values.subarray(starts[row], starts[row + 1])];
        expect(of(cut)).toEqual(of(whole).slice(0, keep));
        expect(of(whole)).toEqual(of(whole).toSorted((a, b) => b - a));
      }
    }),
  );
});
