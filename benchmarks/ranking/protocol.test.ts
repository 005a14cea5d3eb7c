import { expect, test } from 'vitest';
import { tableOf } from './interactions.fixture.ts';
import { evaluatedUsers, isHeldOut, isPositive } from './protocol.ts';

const all = (): boolean => true;
const train = tableOf([
  ['ann', 'a', 5],
  ['ann', 'b', 4],
  ['ann', 'c', 2],
  ['bob', 'a', 4],
]);
const test_ = tableOf([
  ['ann', 'd', 5],
  ['ann', 'e', 3],
  ['ann', 'c', 5],
  ['bob', 'd', 4],
  ['eve', 'd', 5],
]);
const rows = { train: { table: train, takes: all }, targets: [{ table: test_, takes: all }] };

test('all items of training are seen, and only unseen positives are relevant', () => {
  const [ann, ...others] = evaluatedUsers({ ...rows, trainPositivesMin: 2 });
  expect(others).toEqual([]);
  expect(ann).toEqual({
    user: 'ann',
    seen: new Set(['a', 'b', 'c']),
    liked: new Set(['a', 'b']),
    last: undefined,
    relevant: new Set(['d']),
  });
});

test('users with too few positives in training are left out, nobody is with none asked for', () => {
  const usersFrom = (trainPositivesMin: number) =>
    evaluatedUsers({ ...rows, trainPositivesMin }).map(({ user }) => user);
  expect(usersFrom(1)).toEqual(['ann', 'bob']);
  expect(usersFrom(0)).toEqual(['ann', 'bob', 'eve']);
});

test('targets of several tables are one target, and rows that are not taken are no training', () => {
  const train = { table: rows.train.table, takes: (row: number) => row !== 0 };
  const [ann] = evaluatedUsers({ train, targets: [...rows.targets, rows.train], trainPositivesMin: 1 });
  expect(ann).toMatchObject({ user: 'ann', seen: new Set(['b', 'c']), relevant: new Set(['d', 'a']) });
});

test('the latest positive is known where rows have times', () => {
  const table = { ...train, atMs: Float64Array.of(7, 7, 9, 1) };
  const [ann, bob] = evaluatedUsers({ ...rows, train: { table, takes: all }, trainPositivesMin: 1 });
  expect([ann!.last, bob!.last]).toEqual(['b', 'a']);
});

test('a tenth of the positives is held out, whatever else is in the table', () => {
  const many = tableOf(Array.from({ length: 5_000 }, (_, i) => [`user-${i % 70}`, `item-${i}`, (i % 5) + 1] as const));
  const heldOut = [...many.values.keys()].filter((row) => isHeldOut(many, row));
  const positives = [...many.values.keys()].filter((row) => isPositive(many, row));
  expect(heldOut.every((row) => isPositive(many, row))).toBe(true);
  expect(heldOut.length / positives.length).toBeCloseTo(0.1, 1);
  const one = heldOut[0]!;
  expect(isHeldOut(tableOf([[many.users[many.userOf[one]!]!, many.items[many.itemOf[one]!]!, 4]]), 0)).toBe(true);
});
