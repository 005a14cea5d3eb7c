import { DataError } from '@kindred/cli/dataset-folder/data-error';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dealt, reordered } from './dealt.ts';

const options = { name: 'users', rounds: 3, seed: 7, perRoundMax: 20, warmUpMax: 10 };
const enough = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 4, maxLength: 120 });

test('nobody is asked for twice, rounds are equally long, and all bounds are kept', () => {
  fc.assert(
    fc.property(enough, (ids) => {
      const { warmUp, rounds } = dealt(ids, options);
      const all = [...warmUp, ...rounds.flat()];
      expect(new Set(all).size).toBe(all.length);
      expect(ids).toEqual(expect.arrayContaining(all));
      expect(rounds).toHaveLength(options.rounds);
      expect(new Set(rounds.map(({ length }) => length)).size).toBe(1);
      expect(rounds[0]!.length).toBeLessThanOrEqual(options.perRoundMax);
      expect(warmUp.length).toBeGreaterThan(0);
      expect(warmUp.length).toBeLessThanOrEqual(options.warmUpMax);
    }),
  );
});

test('a small data set is asked for nearly whole, a large one by a sample of the largest size', () => {
  const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `user-${i}`);
  const small = dealt(ids(40), options);
  expect([small.warmUp.length, ...small.rounds.map(({ length }) => length)]).toEqual([4, 12, 12, 12]);
  const large = dealt(ids(1_000), options);
  expect([large.warmUp.length, ...large.rounds.map(({ length }) => length)]).toEqual([10, 20, 20, 20]);
});

test('who is asked for follows from the ids and the seed, not from their order', () => {
  fc.assert(
    fc.property(enough, (ids) => {
      expect(dealt(ids.toReversed(), options)).toEqual(dealt(ids, options));
    }),
  );
  const many = Array.from({ length: 100 }, (_, i) => `user-${i}`);
  expect(dealt(many, { ...options, seed: 8 })).not.toEqual(dealt(many, options));
});

test('a round is repeated whole, in another order', () => {
  const round = dealt(
    Array.from({ length: 100 }, (_, i) => `user-${i}`),
    options,
  ).rounds[1]!;
  expect(reordered(round, 7)).not.toEqual(round);
  expect(reordered(round, 7).toSorted()).toEqual(round.toSorted());
});

test('too few ids are refused by their name', () => {
  expect(() => dealt(['a', 'b', 'c'], options)).toThrow(DataError);
  expect(() => dealt([], { ...options, name: 'items' })).toThrow(/has 0 items/);
});
