import type { ItemId } from '@kindred/shared/id';
import { describe, expect, test } from 'vitest';
import type { Contender } from './contender.ts';
import { evaluate } from './evaluate.ts';
import { tableOf } from './interactions.fixture.ts';
import { popular } from './popular.ts';
import { evaluatedUsers, positiveCounts } from './protocol.ts';

const all = (): boolean => true;
const train = {
  table: tableOf([
    ['ann', 'a', 5],
    ['bob', 'a', 5],
    ['bob', 'b', 4],
    ['cid', 'b', 4],
    ['cid', 'c', 5],
    ['dan', 'b', 5],
  ]),
  takes: all,
};
const target = {
  table: tableOf([
    ['ann', 'b', 5],
    ['cid', 'a', 5],
    ['dan', 'c', 4],
  ]),
  takes: all,
};
const users = evaluatedUsers({ train, target, trainPositivesMin: 1 });
const options = { users, catalogSize: 4, seed: 1 };

test('the popular are ranked by positives, without what the user has seen', async () => {
  const contender = popular(positiveCounts(train), 1);
  const [ann, cid, dan] = users;
  expect(await contender.rank(ann!)).toEqual(['b', 'c']);
  expect(await contender.rank(cid!)).toEqual(['a']);
  expect(await contender.rank(dan!)).toEqual(['a', 'c']);
});

test('ties of the popular follow a hash and so the seed, not the order of the rows', async () => {
  const counts = Array.from({ length: 40 }, (_, i) => [`i${i}`, 1] as const);
  const nobody = { user: users[0]!.user, seen: new Set<ItemId>(), relevant: new Set<ItemId>() };
  const table = (names: readonly (readonly [string, number])[]) =>
    tableOf(names.map(([name]) => ['u', name, 5] as const));
  const ranked = (names: readonly (readonly [string, number])[], seed: number) =>
    popular(positiveCounts({ table: table(names), takes: all }), seed).rank(nobody);
  expect(await ranked(counts.toReversed(), 1)).toEqual(await ranked(counts, 1));
  expect(await ranked(counts, 2)).not.toEqual(await ranked(counts, 1));
});

test('metrics are means over users, and exposure counts the whole catalog', async () => {
  const result = await evaluate(popular(positiveCounts(train), 1), options);
  expect(result.metrics['recall@10']!.mean).toBe(1);
  expect(result.metrics['MRR@10']!.mean).toBeCloseTo((1 + 1 + 0.5) / 3, 12);
  expect(result['coverage@10']).toBe(3 / 4);
  expect(result.user.count).toBe(3);
});

describe('a contender that breaks the protocol is refused:', () => {
  const cheat = (rank: Contender['rank']): Contender => ({ name: 'cheat', rank });
  test.each([
    ['what was seen', cheat(async ({ seen }) => [...seen]), /among the training rows/],
    ['an item twice', cheat(async ({ relevant }) => [...relevant, ...relevant]), /an item twice/],
    ['too many', cheat(async ({ relevant }) => new Array<ItemId>(101).fill([...relevant][0]!)), /101 items/],
  ])('%s', async (_, contender, reason) => {
    await expect(evaluate(contender, options)).rejects.toThrow(reason);
  });
});
