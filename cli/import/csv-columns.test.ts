import { itemSchema } from '@kindred/shared/catalog';
import { eventSchema } from '@kindred/shared/event';
import { expect, test } from 'vitest';
import { columnsOf } from './csv-columns.ts';

function fieldsOf(row: Readonly<Record<string, string>>): unknown {
  return columnsOf(Object.keys(row), 'rows.csv:1').fieldsOf(Object.values(row));
}

test('knows events by their columns', () => {
  expect(columnsOf(['user', 'item', 'type'], 'e.csv:1').kind).toBe('event');
  expect(columnsOf(['id', ' title '], 'i.csv:1').kind).toBe('item');
});

test('splits labels at bars, or at semicolons where there is no bar', () => {
  expect(fieldsOf({ id: 'a', tags: 'x | y|', categories: 'p; q' })).toEqual({
    id: 'a',
    tags: ['x', 'y'],
    categories: ['p', 'q'],
  });
  expect(fieldsOf({ id: 'a', tags: 'x;y|z' })).toEqual({ id: 'a', tags: ['x;y', 'z'] });
});

test('an empty cell of any optional column is absent', () => {
  const emptyOf = (fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, '']));
  const itemFields = Object.keys(itemSchema.shape).filter((field) => field !== 'attributes');
  expect(fieldsOf({ ...emptyOf(itemFields), 'attributes.year': '', id: 'a' })).toEqual({ id: 'a' });
  const event = { user: 'u', item: 'i', type: 'save' };
  expect(fieldsOf({ ...emptyOf(Object.keys(eventSchema.shape)), ...event })).toEqual(event);
});

test('makes numbers of attributes only where that changes nothing', () => {
  const cells = {
    '2008': 2008,
    '-1.5': -1.5,
    '0': 0,
    '007': '007',
    '1e5': '1e5',
    '12345678901234567890': '12345678901234567890',
  };
  for (const [cell, value] of Object.entries(cells)) {
    expect(fieldsOf({ id: 'a', 'attributes.x': cell })).toEqual({ id: 'a', attributes: { x: value } });
  }
});

test('types numbers and flags and leaves what is neither for the server to refuse', () => {
  expect(fieldsOf({ user: 'u', item: 'i', value: '0.5', position: '3' })).toEqual({
    user: 'u',
    item: 'i',
    value: 0.5,
    position: 3,
  });
  expect(fieldsOf({ user: 'u', item: 'i', value: '4,5' })).toEqual({ user: 'u', item: 'i', value: '4,5' });
  expect(fieldsOf({ id: 'a', available: 'False' })).toEqual({ id: 'a', available: false });
  expect(fieldsOf({ id: 'a', available: 'no' })).toEqual({ id: 'a', available: 'no' });
});

test('keeps an attribute named __proto__ an attribute', () => {
  expect(JSON.stringify(fieldsOf({ id: 'a', 'attributes.__proto__': 'x' }))).toBe(
    '{"id":"a","attributes":{"__proto__":"x"}}',
  );
});

test('refuses columns that no row could have, all at once', () => {
  const refused = () => columnsOf(['id', 'year', '', 'id', 'attributes.'], 'books.csv:1');
  expect(refused).toThrow(/^books\.csv:1: "year" is not a field of an item; call it "attributes\.year"/);
  expect(refused).toThrow(/column 3 has no name; the column "id" is there twice; "attributes\." is not/);
  expect(() => columnsOf(['user', 'item', 'rating'], 'e.csv:1')).toThrow(
    /"rating" is not a field of an event; those are id, user/,
  );
});
