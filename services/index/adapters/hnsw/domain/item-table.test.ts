import type { Filter } from '@kindred/shared/catalog';
import { type FilterFields, filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import { type ItemId, itemIdSchema } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ItemTable } from './item-table.ts';

const id = (i: number): ItemId => itemIdSchema.parse(`item-${i}`);
const FILTERS: readonly (Filter | undefined)[] = [
  undefined,
  { available: 'any' },
  { tags: { any: ['a'] } },
  { tags: { none: ['b'] }, available: false },
];
const item = fc.nat(8).map(id);
const fields = fc.record({ available: fc.boolean(), tags: fc.subarray(['a', 'b']) }).map(filterFieldsOf);
const steps = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant('set' as const), item, fields }),
    fc.record({ act: fc.constant('remove' as const), item }),
    fc.record({ act: fc.constant('ask' as const), filter: fc.constantFrom(...FILTERS) }),
  ),
  { maxLength: 60 },
);

test('the rows that pass a filter follow every change, whether the filter was asked for before or not', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const table = new ItemTable();
      const model = new Map<ItemId, FilterFields>();
      for (const step of given) {
        if (step.act === 'set') {
          table.setFields(step.item, step.fields);
          model.set(step.item, step.fields);
        } else if (step.act === 'remove') {
          table.removeFields(step.item);
          model.delete(step.item);
        } else table.passing(step.filter);
      }
      expect(table.count).toBe(model.size);
      for (const filter of FILTERS) {
        const passes = predicateOf(filter ?? {});
        const rows: number[] = [];
        table.passing(filter).forEach((row) => {
          rows.push(row);
        });
        const expected = [...model].filter(([, each]) => passes(each)).map(([each]) => each);
        expect(rows.map((row) => table.itemAt(row)).sort()).toEqual(expected.sort());
      }
    }),
  );
});

test('a row stays with its item while either its fields or a hold are there, and then goes to another', () => {
  const table = new ItemTable();
  const row = table.hold(id(1));
  table.setFields(id(1), filterFieldsOf({}));
  table.removeFields(id(1));
  expect(table.itemAt(row)).toBe(id(1));
  table.setFields(id(1), filterFieldsOf({}));
  table.release(row);
  expect(table.rowOf(id(1))).toBe(row);
  table.removeFields(id(1));
  expect(table.rowOf(id(1))).toBeUndefined();
  expect(() => table.itemAt(row)).toThrow('no item');
  expect(table.hold(id(2))).toBe(row);
  expect(table.passing({ available: 'any' }).count).toBe(0);
});
