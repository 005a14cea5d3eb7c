import type { Filter } from '@kindred/shared/catalog';
import { type FilterFields, predicateOf } from '@kindred/shared/filter';
import type { ItemId } from '@kindred/shared/id';
import { filterKey } from './filter-key.ts';
import { MutableRowSet, type RowSet } from './row-set.ts';

/** Filters whose passing rows are kept up to date, beside the default filter. */
const FILTERS_MAX = 32;
const DEFAULT_FILTER: Filter = {};
const DEFAULT_KEY = filterKey(DEFAULT_FILTER);

interface FilteredRows {
  readonly test: (fields: FilterFields) => boolean;
  readonly rows: MutableRowSet;
}

/**
 * The items of one catalog: each has a small integer, its row, and the fields that filters look at. All spaces of the
 * catalog share the table, because an item's fields may change without its vectors and may come before or after them.
 */
export class ItemTable {
  readonly #rows = new Map<ItemId, number>();
  readonly #items: (ItemId | undefined)[] = [];
  readonly #fields: (FilterFields | undefined)[] = [];
  readonly #holds: number[] = [];
  readonly #free: number[] = [];
  #count = 0;
  readonly #available: FilteredRows = { test: predicateOf(DEFAULT_FILTER), rows: new MutableRowSet() };
  /** Least recently used first; the default filter is kept apart, so that nothing drives it out. */
  readonly #filtered = new Map<string, FilteredRows>();

  /** Items that have filter fields. */
  get count(): number {
    return this.#count;
  }

  rowOf(item: ItemId): number | undefined {
    return this.#rows.get(item);
  }

  /** @throws Error for a row that is not held. */
  itemAt(row: number): ItemId {
    const item = this.#items[row];
    if (item === undefined) throw new Error(`no item has row ${row}`);
    return item;
  }

  setFields(item: ItemId, fields: FilterFields): void {
    let row = this.#rows.get(item);
    if (row === undefined || this.#fields[row] === undefined) {
      row = this.hold(item);
      this.#count++;
    }
    this.#place(row, fields);
  }

  removeFields(item: ItemId): void {
    const row = this.#rows.get(item);
    if (row === undefined || this.#fields[row] === undefined) return;
    this.#place(row, undefined);
    this.#count--;
    this.release(row);
  }

  /** Gives the item a row, which stays until it has been released as often as it was held and has no fields. */
  hold(item: ItemId): number {
    let row = this.#rows.get(item);
    if (row === undefined) {
      row = this.#free.pop() ?? this.#items.length;
      this.#rows.set(item, row);
      this.#items[row] = item;
      this.#fields[row] = undefined;
      this.#holds[row] = 0;
    }
    this.#holds[row]!++;
    return row;
  }

  /** A row that is not held any more is forgotten with its id, and given to another item. */
  release(row: number): void {
    if (--this.#holds[row]! > 0) return;
    this.#rows.delete(this.#items[row]!);
    this.#items[row] = undefined;
    this.#free.push(row);
  }

  /**
   * The rows whose fields pass; an item without filter fields never does. The set is live: it follows every later change.
   * Cost: O(1) for a filter among the last `FILTERS_MAX`, which every change of fields keeps up to date; else O(items).
   */
  passing(filter: Filter | undefined): RowSet {
    const key = filter === undefined ? DEFAULT_KEY : filterKey(filter);
    if (filter === undefined || key === DEFAULT_KEY) return this.#available.rows;
    const filtered = this.#filtered.get(key) ?? this.#evaluate(filter);
    this.#filtered.delete(key);
    this.#filtered.set(key, filtered);
    if (this.#filtered.size > FILTERS_MAX) this.#filtered.delete(this.#filtered.keys().next().value!);
    return filtered.rows;
  }

  #evaluate(filter: Filter): FilteredRows {
    const filtered = { test: predicateOf(filter), rows: new MutableRowSet() };
    this.#fields.forEach((fields, row) => {
      if (fields !== undefined && filtered.test(fields)) filtered.rows.add(row);
    });
    return filtered;
  }

  #place(row: number, fields: FilterFields | undefined): void {
    this.#fields[row] = fields;
    for (const { test, rows } of [this.#available, ...this.#filtered.values()]) {
      if (fields !== undefined && test(fields)) rows.add(row);
      else rows.delete(row);
    }
  }
}
