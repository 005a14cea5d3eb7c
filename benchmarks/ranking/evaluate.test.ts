import type { ItemId } from '@kindred/shared/id';
import { describe, expect, test } from 'vitest';
import { catalogTask } from './catalog.fixture.ts';
import type { Contender, Fitted } from './contender.ts';
import { popular } from './contenders/popular.ts';
import { type Evaluation, evaluate, evaluateNewItems, withSlices } from './evaluate.ts';
import { tableOf } from './interactions.fixture.ts';
import { itemFacts } from './judged.ts';
import { evaluatedUsers } from './protocol.ts';

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
const users = evaluatedUsers({ train, targets: [target], trainPositivesMin: 1 });
const task = catalogTask(['a', 'b', 'c', 'd'], train);
const evaluation: Evaluation = { task, facts: itemFacts(task), users };

function ranking(rank: Fitted['rank']): Contender {
  const fit = async (): Promise<Fitted> => ({ parameters: {}, rank, close: async () => {} });
  return { name: 'made-up', knowsNewItems: true, fit };
}

test('metrics are means over users, and exposure counts the whole catalog', async () => {
  const { result, columns } = await evaluate(popular, evaluation);
  expect(result.metrics['recall@10']).toBe(1);
  // Ann and cid are shown theirs first, dan second; and the item that nobody has is shown to all.
  expect(result.metrics['mrr@10']).toBeCloseTo((1 + 1 + 0.5) / 3, 12);
  expect(result.metrics['coverage@10']).toBe(1);
  expect([...columns.get('mrr@10')!]).toEqual([1, 1, 0.5]);
  expect(result.slices['history-1-4']!['mrr@10']).toBe(result.metrics['mrr@10']);
});

test('users are judged apart by what they have of items that training does not know', async () => {
  const withNew = {
    table: tableOf([
      ['ann', 'b', 5],
      ['ann', 'd', 5],
      ['cid', 'a', 5],
    ]),
    takes: all,
  };
  const some = evaluatedUsers({ train, targets: [withNew], trainPositivesMin: 1 });
  const { result } = await evaluate(popular, { ...evaluation, users: some });
  // Ann alone has d, which nobody knows: behind b and c.
  expect(result.slices['untrained-items']).toMatchObject({ 'recall@10': 1, 'mrr@10': 1 / 3 });
  expect((await evaluate(popular, evaluation)).result.slices).not.toHaveProperty('untrained-items');
});

test('popularity lift and novelty follow from the training rows', async () => {
  // Two like a, three like b, one c; of four users. Ann liked a; she is shown b, c and d.
  const { columns } = await evaluate(popular, evaluation);
  expect(columns.get('popularity-lift@10')![0]).toBeCloseTo((3 + 1 + 0) / 3 / 2, 12);
  expect(columns.get('novelty@10')![0]).toBeCloseTo((Math.log2(4 / 3) + 2 + 2) / 3, 12);
});

test('the same seed gives the same numbers to the last digit', async () => {
  const numbers = async () => {
    const { result } = await evaluate(popular, evaluation);
    return [result.metrics, result.intervals, result.slices];
  };
  expect(await numbers()).toEqual(await numbers());
});

test('new items are judged among themselves and beside the others, and the others with and without them', async () => {
  const newTask = catalogTask(['a', 'b', 'c', 'x', 'y'], train, { newItems: ['x', 'y'] });
  const one = (user: string, item: string, value: number) =>
    evaluatedUsers({ train, targets: [{ table: tableOf([[user, item, value]]), takes: all }], trainPositivesMin: 1 });
  const order = ['a', 'b', 'x', 'y', 'c'];
  const contender = ranking(async ({ seen }, scope) =>
    newTask.data.items
      .filter((item) => !seen.has(item) && (scope === 'all' || newTask.newItems.has(item) === (scope === 'new')))
      .toSorted((left, right) => order.indexOf(left) - order.indexOf(right)),
  );
  const slices = await evaluateNewItems(contender, {
    task: newTask,
    facts: itemFacts(newTask),
    users: one('ann', 'y', 5),
    knownUsers: one('dan', 'c', 4),
  });
  const reciprocalRanks = Object.entries(slices).map(([name, { metrics }]) => [name, metrics['mrr@10']]);
  expect(Object.fromEntries(reciprocalRanks)).toEqual({
    'new-items': 1 / 2,
    'new-items-full-catalog': 1 / 3,
    'known-items': 1 / 2,
    'known-items-full-catalog': 1 / 4,
  });
  const { result } = await evaluate(popular, evaluation);
  expect(withSlices(result, slices).slices).toMatchObject({ ...result.slices, 'new-items': { 'recall@20': 1 } });
});

describe('a contender that breaks the protocol is refused:', () => {
  test.each([
    ['what was seen', ranking(async ({ seen }) => [...seen]), /among the training rows/],
    ['an item twice', ranking(async ({ relevant }) => [...relevant, ...relevant]), /an item twice/],
    ['too many', ranking(async ({ relevant }) => new Array<ItemId>(101).fill([...relevant][0]!)), /101 items/],
  ])('%s', async (_, contender, reason) => {
    await expect(evaluate(contender, evaluation)).rejects.toThrow(reason);
  });
});
