import { seededRandom } from '@kindred/shared/numeric/random';
import { elementOf } from '@kindred/shared/numeric/sparse-rows';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../bench-arguments.ts';
import { catalogTask } from './catalog.fixture.ts';
import type { Contender, FitTask } from './contender.ts';
import { contentOnly } from './contenders/content-only.ts';
import { ease } from './contenders/ease.ts';
import { itemKnn } from './contenders/item-knn.ts';
import { lastItem } from './contenders/last-item.ts';
import { popular } from './contenders/popular.ts';
import { recentPopular } from './contenders/recent-popular.ts';
import { rp3beta } from './contenders/rp3beta.ts';
import { chosenContenders } from './contenders.ts';
import { tableOf } from './interactions.fixture.ts';
import { itemNeighbors } from './item-neighbors.ts';
import { evaluatedUsers, type Rows } from './protocol.ts';

const SEED = 5;
const USERS = 60;
const GROUPS = 4;
const items = Array.from({ length: 40 }, (_, i) => `item-${i}`);
const all = (): boolean => true;

/** Users of as many groups, who like items of their own group, and have seen some others. */
function madeUp(): Rows {
  const random = seededRandom(SEED);
  const rows: (readonly [string, string, number])[] = [];
  for (let user = 0; user < USERS; user++) {
    for (const [number, item] of items.entries()) {
      const isOwn = number % GROUPS === user % GROUPS;
      if (random() < (isOwn ? 0.6 : 0.05)) rows.push([`user-${user}`, item, isOwn ? 5 : 2]);
    }
  }
  return { table: { ...tableOf(rows), atMs: Float64Array.from(rows, () => 1e12 * random()) }, takes: all };
}

const train = madeUp();
const target = { table: tableOf(items.map((item, i) => [`user-${i}`, item, 5])), takes: all };
const users = evaluatedUsers({ train, targets: [target], trainPositivesMin: 1 });
const task = catalogTask(items, train, {
  newItems: items.slice(30),
  fieldsOf: (item) => ({ tags: [`group ${Number(item.slice('item-'.length)) % GROUPS}`], title: item }),
});
const baselines = [popular, recentPopular, lastItem, itemKnn, rp3beta, ease, contentOnly];
const groupOf = (id: string): number => Number(/\d+$/.exec(id)![0]) % GROUPS;

describe.each(baselines.map((contender) => [contender.name, contender] as const))('%s', (_, contender) => {
  test('ranks all that was not seen, each item once, or those of a scope', async () => {
    const { rank } = await contender.fit(task);
    const user = users[0]!;
    const unseen = new Set(task.data.items).difference(user.seen);
    expect(new Set(await rank(user, 'all'))).toEqual(unseen);
    expect(new Set(await rank(user, 'new'))).toEqual(unseen.intersection(task.newItems));
    expect(new Set(await rank(user, 'known'))).toEqual(unseen.difference(task.newItems));
  });
});

test.each([lastItem, itemKnn, rp3beta, ease, contentOnly].map((contender) => [contender.name, contender] as const))(
  '%s puts what the likes of the user like first',
  async (_, contender) => {
    const { rank } = await contender.fit(task);
    let hits = 0;
    let places = 0;
    for (const user of users) {
      for (const item of (await rank(user, 'all')).slice(0, 3)) {
        places++;
        if (groupOf(item) === groupOf(user.user)) hits++;
      }
    }
    expect(hits / places).toBeGreaterThan(0.8);
  },
);

test('the popular are ranked by positives, ties by a hash and so the seed, not by the order of the rows', async () => {
  const ranked = async (names: readonly string[], seed: number, contender: Contender = popular) => {
    const rows = [...names.map((name) => ['u', name, 5] as const), ['v', 'item-7', 5] as const];
    const own = catalogTask(names, { table: tableOf(rows), takes: all }, { seed });
    return (await contender.fit(own)).rank({ ...users[0]!, seen: new Set() }, 'all');
  };
  const forwards = await ranked(items, 1);
  expect(forwards[0]).toBe('item-7');
  expect(await ranked(items.toReversed(), 1)).toEqual(forwards);
  expect(await ranked(items, 2)).not.toEqual(forwards);
});

test('recent engagements count more than old ones', async () => {
  const day = 86_400_000;
  const table = tableOf([
    ['ann', 'a', 5],
    ['bob', 'a', 5],
    ['cid', 'b', 5],
  ]);
  const own = catalogTask(['a', 'b'], { table: { ...table, atMs: Float64Array.of(0, 0, 31 * day) }, takes: all });
  const nobody = { ...users[0]!, seen: new Set<never>() };
  expect(await (await popular.fit(own)).rank(nobody, 'all')).toEqual(['a', 'b']);
  expect(await (await recentPopular.fit(own)).rank(nobody, 'all')).toEqual(['b', 'a']);
});

test('neighbours are as near as their columns by the definition', () => {
  const { strengths } = task.data;
  const shrinkage = 3;
  const weights = { ...strengths, values: strengths.values.map((strength) => (strength > 0 ? 1 : 0.3)) };
  const rows = itemNeighbors(weights, items.length, shrinkage, items.length);
  const column = (item: number): readonly number[] =>
    Array.from({ length: USERS }, (_, user) => elementOf(weights, user, item));
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  for (let a = 0; a < items.length; a++) {
    for (let b = 0; b < items.length; b++) {
      const [left, right] = [column(a), column(b)];
      const expected = dot(left, right) / (Math.sqrt(dot(left, left) * dot(right, right)) + shrinkage);
      expect(elementOf(rows, a, b)).toBeCloseTo(a === b ? 0 : expected, 6);
    }
  }
});

test('contenders are chosen by name, and those that have nothing to say of the data are left out', () => {
  const timeless = catalogTask(items, { ...train, table: { ...train.table, atMs: undefined } });
  const names = (chosen: readonly string[], of: FitTask) => chosenContenders(chosen, of).map(({ name }) => name);
  expect(names(['ease', 'kindred'], timeless)).toEqual(['kindred', 'ease']);
  expect(names([], task)).toEqual(expect.arrayContaining(['last-item', 'recent-popular', 'content-only']));
  for (const name of ['last-item', 'recent-popular', 'content-only']) {
    expect(names([], timeless)).not.toContain(name);
    expect(() => names([name], timeless)).toThrow(/has nothing to say of these data/);
  }
  const many = { ...timeless, data: { ...timeless.data, items: new Array(20_001).fill(timeless.data.items[0]) } };
  expect(() => names(['ease'], many)).toThrow(/dense fit/);
  expect(() => names(['fast'], task)).toThrow(UsageError);
});
