import type { Filter } from '@kindred/shared/catalog';
import { type FilterFields, predicateOf } from '@kindred/shared/filter';
import type { ItemId } from '@kindred/shared/id';
import { filterKey } from './filter-key.ts';
import { createRowSet, type MutableRowSet, type RowSet } from './row-set.ts';

/**
 * The items of one catalog: each has a small integer, its row, and the fields that filters look at. All spaces of the
 * catalog share the table, because an item's fields may change without its vectors and may come before or after them.
 */
export interface ItemTable {
  /** Items that have filter fields. */
  readonly count: number;
  rowOf(item: ItemId): number | undefined;
  /** @throws Error for a row that nobody holds. */
  itemAt(row: number): ItemId;
  filterFieldsOf(item: ItemId): FilterFields | undefined;
  setFields(item: ItemId, fields: FilterFields): void;
  removeFields(item: ItemId): void;
  /** Gives the item a row that stays until it is released as often as it was held and the fields is gone. */
  hold(item: ItemId): number;
  /** A row that nobody holds any more is forgotten with its id, and given to another item. */
  release(row: number): void;
  /**
   * The rows whose fields pass; an item without filter fields never does. The set is live: it follows every later change.
   * Cost: O(1) for a filter among the last `FILTERS_MAX`, which every change of fields keeps up to date; O(items) else.
   */
  passing(filter: Filter | undefined): RowSet;
}

const FILTERS_MAX = 32;
const DEFAULT_FILTER: Filter = {};

interface FilteredRows {
  readonly test: (fields: FilterFields) => boolean;
  readonly rows: MutableRowSet;
}

export function createItemTable(): ItemTable {
  const rows = new Map<ItemId, number>();
  const items: (ItemId | undefined)[] = [];
  const fieldsByRow: (FilterFields | undefined)[] = [];
  const holds: number[] = [];
  const free: number[] = [];
  let count = 0;
  const available: FilteredRows = { test: predicateOf(DEFAULT_FILTER), rows: createRowSet() };
  /** Least recently used first; the default filter is kept apart, so that nothing drives it out. */
  const cached = new Map<string, FilteredRows>();
  const defaultKey = filterKey(DEFAULT_FILTER);

  const hold = (item: ItemId): number => {
    let row = rows.get(item);
    if (row === undefined) {
      row = free.pop() ?? items.length;
      rows.set(item, row);
      items[row] = item;
      fieldsByRow[row] = undefined;
      holds[row] = 0;
    }
    holds[row]!++;
    return row;
  };

  const release = (row: number): void => {
    if (--holds[row]! > 0) return;
    rows.delete(items[row]!);
    items[row] = undefined;
    free.push(row);
  };

  const place = (row: number, fields: FilterFields | undefined): void => {
    fieldsByRow[row] = fields;
    for (const { test, rows: passing } of [available, ...cached.values()]) {
      if (fields !== undefined && test(fields)) passing.add(row);
      else passing.delete(row);
    }
  };

  const evaluate = (filter: Filter): FilteredRows => {
    const filtered = { test: predicateOf(filter), rows: createRowSet() };
    fieldsByRow.forEach((fields, row) => {
      if (fields !== undefined && filtered.test(fields)) filtered.rows.add(row);
    });
    return filtered;
  };

  return {
    get count() {
      return count;
    },
    rowOf: (item) => rows.get(item),
    itemAt(row) {
      const item = items[row];
      if (item === undefined) throw new Error(`no item has row ${row}`);
      return item;
    },
    filterFieldsOf(item) {
      const row = rows.get(item);
      return row === undefined ? undefined : fieldsByRow[row];
    },
    setFields(item, fields) {
      let row = rows.get(item);
      if (row === undefined || fieldsByRow[row] === undefined) {
        row = hold(item);
        count++;
      }
      place(row, fields);
    },
    removeFields(item) {
      const row = rows.get(item);
      if (row === undefined || fieldsByRow[row] === undefined) return;
      place(row, undefined);
      count--;
      release(row);
    },
    hold,
    release,
    passing(filter) {
      const key = filter === undefined ? defaultKey : filterKey(filter);
      if (filter === undefined || key === defaultKey) return available.rows;
      const filtered = cached.get(key) ?? evaluate(filter);
      cached.delete(key);
      cached.set(key, filtered);
      if (cached.size > FILTERS_MAX) cached.delete(cached.keys().next().value!);
      return filtered.rows;
    },
  };
}
