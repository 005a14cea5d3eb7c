import type { Filter } from '@kindred/shared/catalog';
import { type Card, predicateOf } from '@kindred/shared/filter';
import type { ItemId } from '@kindred/shared/id';
import { filterKey } from './filter-key.ts';
import { createRowSet, type MutableRowSet, type RowSet } from './row-set.ts';

/**
 * The items of one catalog: each has a small integer, its row, and the card that filters look at. All spaces of the
 * catalog share the table, because an item's card may change without its vectors and may come before or after them.
 */
export interface ItemTable {
  /** Items that have a card. */
  readonly count: number;
  rowOf(item: ItemId): number | undefined;
  /** @throws Error for a row that nobody holds. */
  itemAt(row: number): ItemId;
  cardOf(item: ItemId): Card | undefined;
  setCard(item: ItemId, card: Card): void;
  removeCard(item: ItemId): void;
  /** Gives the item a row that stays until it is released as often as it was held and the card is gone. */
  hold(item: ItemId): number;
  /** A row that nobody holds any more is forgotten with its id, and given to another item. */
  release(row: number): void;
  /**
   * The rows whose card passes; an item without a card never does. The set is live: it follows every later change.
   * Cost: O(1) for a filter among the last `FILTERS_MAX`, which every change of a card keeps up to date; O(items) else.
   */
  passing(filter: Filter | undefined): RowSet;
}

const FILTERS_MAX = 32;
const DEFAULT_FILTER: Filter = {};

interface FilteredRows {
  readonly test: (card: Card) => boolean;
  readonly rows: MutableRowSet;
}

export function createItemTable(): ItemTable {
  const rows = new Map<ItemId, number>();
  const items: (ItemId | undefined)[] = [];
  const cards: (Card | undefined)[] = [];
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
      cards[row] = undefined;
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

  const place = (row: number, card: Card | undefined): void => {
    cards[row] = card;
    for (const { test, rows: passing } of [available, ...cached.values()]) {
      if (card !== undefined && test(card)) passing.add(row);
      else passing.delete(row);
    }
  };

  const evaluate = (filter: Filter): FilteredRows => {
    const filtered = { test: predicateOf(filter), rows: createRowSet() };
    cards.forEach((card, row) => {
      if (card !== undefined && filtered.test(card)) filtered.rows.add(row);
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
    cardOf(item) {
      const row = rows.get(item);
      return row === undefined ? undefined : cards[row];
    },
    setCard(item, card) {
      let row = rows.get(item);
      if (row === undefined || cards[row] === undefined) {
        row = hold(item);
        count++;
      }
      place(row, card);
    },
    removeCard(item) {
      const row = rows.get(item);
      if (row === undefined || cards[row] === undefined) return;
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
