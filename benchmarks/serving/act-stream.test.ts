import { eventSchema } from '@kindred/shared/event';
import { expect, test } from 'vitest';
import { actStream } from './act-stream.ts';

const users = ['ann', 'bob', 'cid'];
const items = ['x', 'y'];
const options = { name: 'run-1', seed: 5, users, items };
const drawn = (count: number, given = options) => Array.from({ length: count }, actStream(given));

test('the same seed draws the same events, another seed others', () => {
  expect(drawn(50)).toEqual(drawn(50));
  expect(drawn(50, { ...options, seed: 6 })).not.toEqual(drawn(50));
});

test('events are valid, all users act on all items, and no id is drawn twice', () => {
  const events = drawn(2_000).map((event) => eventSchema.parse(event));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(new Set(events.map(({ user, item }) => `${user} ${item}`)).size).toBe(users.length * items.length);
});

test('the types drawn are never those of imported rows, and come in the stated shares', () => {
  const types = drawn(4_000).map(({ type }) => type);
  const shareOf = (type: string): number => types.filter((each) => each === type).length / types.length;
  expect(new Set(types)).toEqual(new Set(['click', 'dwell', 'hide']));
  expect(shareOf('click')).toBeCloseTo(0.6, 1);
  expect(shareOf('dwell')).toBeCloseTo(0.3, 1);
});
