import { seededRandom } from '@kindred/shared/numeric/random';
import { expect, test } from 'vitest';
import { fitListNet, type Lists } from './listnet.ts';

const TRUE_WEIGHTS = [1.5, -2, 0, 0.5];
const FEATURES = TRUE_WEIGHTS.length + 1;
const CANDIDATES = 40;

/** Users who choose one candidate by a softmax over known weights; the last feature never varies. */
function chosen(users: number, seed: number): Lists {
  const random = seededRandom(seed);
  const starts = Int32Array.from({ length: users + 1 }, (_, user) => user * CANDIDATES);
  const features = Float32Array.from({ length: users * CANDIDATES * FEATURES }, (_, i) =>
    i % FEATURES === FEATURES - 1 ? 3 : 2 * random() - 1,
  );
  const gains = new Float32Array(users * CANDIDATES);
  for (let user = 0; user < users; user++) {
    const odds = Array.from({ length: CANDIDATES }, (_, c) =>
      Math.exp(TRUE_WEIGHTS.reduce((sum, w, f) => sum + w * features[(user * CANDIDATES + c) * FEATURES + f]!, 0)),
    );
    let draw = random() * odds.reduce((sum, each) => sum + each, 0);
    let choice = 0;
    for (; draw >= odds[choice]!; choice++) draw -= odds[choice]!;
    gains[user * CANDIDATES + choice] = 1;
  }
  const write: Lists['write'] = (_, candidate, into, offset) =>
    into.set(features.subarray(candidate * FEATURES, (candidate + 1) * FEATURES), offset);
  return { starts, gains, featureCount: FEATURES, write };
}

test('finds the weights by which users chose, and gives a feature that never varies none', () => {
  const lists = chosen(8_000, 5);
  const weights = fitListNet(
    lists,
    Array.from({ length: 8_000 }, (_, user) => user),
  );
  for (const [f, wanted] of TRUE_WEIGHTS.entries()) expect(Math.abs(weights[f]! - wanted)).toBeLessThan(0.12);
  expect(weights[FEATURES - 1]).toBe(0);
});

test('users without a target among their candidates change nothing', () => {
  const lists = chosen(200, 6);
  const some = Array.from({ length: 100 }, (_, user) => user);
  for (let user = 100; user < 200; user++) lists.gains.fill(0, user * CANDIDATES, (user + 1) * CANDIDATES);
  const all = Array.from({ length: 200 }, (_, user) => user);
  expect([...fitListNet(lists, all)]).toEqual([...fitListNet(lists, some)]);
});
