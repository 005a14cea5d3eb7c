import { TRANSITION_DECAY, TRANSITION_STEPS } from '@kindred/shared/model/item-model';
import { elementOf, rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transitionRows } from './transition-rows.ts';

const ITEMS = 24;

interface Entry {
  readonly item: number;
  readonly strength: number;
  readonly age: number;
}
/** Histories of a few users, each item once; several items at one moment now and then, and more moments than steps. */
const histories: fc.Arbitrary<readonly (readonly Entry[])[]> = fc.array(
  fc.uniqueArray(
    fc.record({
      item: fc.nat(ITEMS - 1),
      strength: fc.constantFrom(0, 0.25, 1, 1, 1),
      age: fc.oneof(
        fc.nat(30).map((hour) => hour / 24),
        fc.nat(4),
      ),
    }),
    { selector: ({ item }) => item, maxLength: ITEMS },
  ),
  { maxLength: 6 },
);

function dataOf(given: readonly (readonly Entry[])[]): { readonly strengths: SparseRows; readonly ages: Float64Array } {
  const builder = new SparseRowsBuilder(given.length);
  const ages: number[] = [];
  for (const entries of given) {
    for (const { item, strength, age } of entries.toSorted((a, b) => a.item - b.item)) {
      builder.add(item, strength);
      ages.push(age);
    }
    builder.endRow();
  }
  return { strengths: builder.done(), ages: Float64Array.from(ages) };
}

/** Weights by comparing each liked item of a user with each other one. */
function replayed(given: readonly (readonly Entry[])[]): readonly (readonly number[])[] {
  const sums = Array.from({ length: ITEMS }, () => new Array<number>(ITEMS).fill(0));
  const likes = new Array<number>(ITEMS).fill(0);
  for (const entries of given) {
    const liked = entries.filter(({ strength }) => strength > 0);
    for (const from of liked) {
      likes[from.item]!++;
      for (const to of liked) {
        const isUpTo = (age: number): boolean => age < from.age && age >= to.age;
        const steps = new Set(liked.map(({ age }) => age).filter(isUpTo)).size;
        if (to.age < from.age && steps <= TRANSITION_STEPS)
          sums[from.item]![to.item]! += TRANSITION_DECAY ** (steps - 1);
      }
    }
  }
  return sums.map((row, from) =>
    row.map((sum, to) => (sum === 0 ? 0 : sum / (likes[from]! ** 0.5 * likes[to]! ** 0.3))),
  );
}

test('an item leads to what its users liked at the next moments, as a plain replay of every pair has it', () => {
  fc.assert(
    fc.property(histories, (given) => {
      const { strengths, ages } = dataOf(given);
      const rows = transitionRows(strengths, ages, ITEMS);
      expect(rowCountOf(rows)).toBe(ITEMS);
      const wanted = replayed(given);
      for (let from = 0; from < ITEMS; from++) {
        for (let to = 0; to < ITEMS; to++) expect(elementOf(rows, from, to)).toBeCloseTo(wanted[from]![to]!, 5);
      }
    }),
    { numRuns: 300 },
  );
});

test('rows fall by weight, each item once, all weights above 0', () => {
  fc.assert(
    fc.property(histories, (given) => {
      const { strengths, ages } = dataOf(given);
      const { starts, columns, values } = transitionRows(strengths, ages, ITEMS);
      for (let item = 0; item < ITEMS; item++) {
        const own = [...values.subarray(starts[item], starts[item + 1])];
        expect(own).toEqual(own.toSorted((a, b) => b - a));
        expect(own.every((weight) => weight > 0)).toBe(true);
        expect(new Set(columns.subarray(starts[item], starts[item + 1])).size).toBe(own.length);
      }
    }),
  );
});

test('only the order of a user’s moments counts, not the time between them nor the moment it is counted from', () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: -400, max: 400 }), (given, days) => {
      const { strengths, ages } = dataOf(given);
      const moved = ages.map((age) => 2 * age + days);
      expect(transitionRows(strengths, moved, ITEMS)).toEqual(transitionRows(strengths, ages, ITEMS));
    }),
  );
});

test('items of one moment lead to none of each other, and an item as many moments back as count leads no further', () => {
  const moments = Array.from({ length: TRANSITION_STEPS + 2 }, (_, age) => ({ item: age, strength: 1, age }));
  const beside = { item: ITEMS - 1, strength: 1, age: TRANSITION_STEPS };
  const { strengths, ages } = dataOf([[...moments, beside]]);
  const rows = transitionRows(strengths, ages, ITEMS);
  expect(elementOf(rows, TRANSITION_STEPS, ITEMS - 1)).toBe(0);
  expect(elementOf(rows, ITEMS - 1, TRANSITION_STEPS)).toBe(0);
  expect(elementOf(rows, TRANSITION_STEPS + 1, 0)).toBe(0);
  expect(elementOf(rows, TRANSITION_STEPS + 1, 1)).toBeCloseTo(TRANSITION_DECAY ** (TRANSITION_STEPS - 1), 6);
  expect(elementOf(rows, TRANSITION_STEPS, 0)).toBeCloseTo(TRANSITION_DECAY ** (TRANSITION_STEPS - 1), 6);
  expect(elementOf(rows, 0, 1)).toBe(0);
});
