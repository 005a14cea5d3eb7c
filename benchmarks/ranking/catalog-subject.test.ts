import { itemSchema } from '@kindred/shared/catalog';
import { type EventType, eventSchema } from '@kindred/shared/event';
import { expect, test } from 'vitest';
import { cutHistory } from './catalog-subject.ts';
import { evaluatedUsers } from './protocol.ts';

const momentOf = (hour: number): string => new Date(hour * 3_600_000).toISOString();
const item = (id: string, hour: number) => ({ ...itemSchema.parse({ id }), createdAt: momentOf(hour) });
const event = (hour: number, user: string, of: string, type: EventType = 'save') => {
  const value = type === 'dwell' ? 30 : 1;
  const at = momentOf(hour);
  return { ...eventSchema.parse({ id: `${hour} ${user} ${of} ${type}`, user, item: of, type }), value, at };
};
const history = {
  items: [item('a', 0), item('b', 0), item('c', 0), item('late', 9)],
  events: [
    event(1, 'ann', 'a'),
    event(2, 'bob', 'a'),
    event(3, 'ann', 'b', 'impression'),
    event(4, 'cid', 'b', 'click'),
    event(5, 'bob', 'b', 'dwell'),
    event(8, 'ann', 'c'),
    event(9, 'bob', 'c', 'hide'),
    event(9, 'bob', 'c'),
    event(10, 'cid', 'late'),
  ],
};

test('what was done before the cut is training, and engagements after it with items of then are the target', () => {
  const { atMs, training, table } = cutHistory(history, 'shop');
  // Six engagements: bob hides c. The fifth is the first after four fifths.
  expect(atMs).toBe(8 * 3_600_000);
  expect(training.items.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(training.events).toEqual(history.events.slice(0, 5));
  const takes = (row: number): boolean => table.atMs![row]! < atMs;
  const target = { table, takes: (row: number) => !takes(row) };
  expect(evaluatedUsers({ train: { table, takes }, targets: [target], trainPositivesMin: 1 })).toEqual([
    {
      user: 'ann',
      seen: new Set(['a', 'b']),
      liked: new Set(['a']),
      last: 'a',
      relevant: new Set(['c']),
    },
  ]);
});

test('items that were written only when older events were imported were there when those happened', () => {
  const imported = history.items.map(({ id }) => item(id, 100));
  const { training } = cutHistory({ ...history, items: imported }, 'shop');
  // Nothing says of c, nor of late, that it was there before the cut.
  expect(training.items.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a history that cannot be cut in two is refused', () => {
  expect(() => cutHistory({ ...history, events: [] }, 'shop')).toThrow(/shop has too few engagements/);
  const once = { ...history, events: [event(1, 'ann', 'a'), event(1, 'bob', 'a')] };
  expect(() => cutHistory(once, 'shop')).toThrow(/too few engagements/);
});
