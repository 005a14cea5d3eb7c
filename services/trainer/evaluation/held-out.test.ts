import type { ItemId } from '@kindred/shared/id';
import { seededRandom } from '@kindred/shared/numeric/random';
import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import type { TrainingData } from '../history/training-data.ts';
import { hideItems, holdOut } from './held-out.ts';
import { judgedUsers } from './judged-users.ts';

const USERS = 600;
const ITEMS = 80;

/** Users who like or see items over a year. */
function history(options: { readonly age?: () => number; readonly position?: number } = {}): TrainingData {
  const random = seededRandom(3);
  const { age = () => 365 * random(), position = 0 } = options;
  const builder = new SparseRowsBuilder(USERS);
  const ages: number[] = [];
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS; item++) {
      if (random() > 0.3) continue;
      builder.add(item, random() < 0.7 ? 1 : 0);
      ages.push(age());
    }
    builder.endRow();
  }
  const positions = new Float32Array(ages.length).fill(position);
  return {
    items: Array.from({ length: ITEMS }, (_, item) => `i${item}` as ItemId),
    fields: Array.from({ length: ITEMS }, () => ({})),
    embeddings: undefined,
    strengths: builder.done(),
    interactionTimes: { ages: Float64Array.from(ages), weights: new Float32Array(ages.length).fill(1), positions },
  };
}

/** Every entry with its age, by user and item. */
function entriesOf(rows: SparseRows, ages?: Float64Array): ReadonlyMap<string, { value: number; age: number }> {
  const entries = new Map<string, { value: number; age: number }>();
  for (let user = 0; user < rowCountOf(rows); user++) {
    for (let i = rows.starts[user]!; i < rows.starts[user + 1]!; i++) {
      entries.set(`${user} ${rows.columns[i]}`, { value: rows.values[i]!, age: ages?.[i] ?? 0 });
    }
  }
  return entries;
}

test('targets came after all that is kept, whose ages count from then on; items only seen later are neither', () => {
  const data = history();
  const held = holdOut(data, 1);
  const all = entriesOf(data.strengths, data.interactionTimes!.ages);
  const kept = entriesOf(held.kept, held.keptInteractionTimes!.ages);
  const targets = entriesOf(held.targets);
  const latestTarget = Math.max(...[...targets.keys()].map((key) => all.get(key)!.age));
  const earliestKept = Math.min(...[...kept.keys()].map((key) => all.get(key)!.age));
  expect(held.isCut).toBe(true);
  expect(latestTarget).toBeLessThan(earliestKept);
  for (const [key, { age }] of kept) expect(age).toBeCloseTo(all.get(key)!.age - earliestKept, 3);
  for (const key of targets.keys()) expect(all.get(key)!.value).toBe(1);
  for (const [key, { value, age }] of all) {
    expect(kept.has(key) || targets.has(key) || (value === 0 && age < earliestKept)).toBe(true);
  }
  const positives = [...all.values()].filter(({ value }) => value > 0).length;
  expect(targets.size / positives).toBeCloseTo(0.1, 2);
});

test('if all came at once, or nearly all did, each user loses a share of their own instead', () => {
  let count = 0;
  // With one like in a hundred at another moment, few users’ likes came at different ones.
  for (const age of [() => 0, () => (count++ % 100 === 0 ? 1 : 300)]) {
    const data = history({ age });
    const held = holdOut(data, 1);
    expect(held.keptInteractionTimes).toBeUndefined();
    expect(held.isCut).toBe(false);
    const all = entriesOf(data.strengths);
    const kept = entriesOf(held.kept);
    const targets = entriesOf(held.targets);
    expect(kept.size + targets.size).toBe(all.size);
    const positives = [...all.values()].filter(({ value }) => value > 0).length;
    expect(targets.size / positives).toBeCloseTo(0.1, 1);
  }
});

test('the gain of a target grows with the rank at which it was shown, within a bound', () => {
  const gains = (position: number): ReadonlySet<number> => new Set(holdOut(history({ position }), 1).targets.values);
  expect(gains(0)).toEqual(new Set([1]));
  expect(gains(1)).toEqual(new Set([1]));
  expect(gains(3)).toEqual(new Set([2]));
  expect(gains(1_000_000)).toEqual(new Set([5]));
});

test('hidden items keep nothing, all others everything, and times stay with their entries', () => {
  const data = history();
  const whole = holdOut(data, 1);
  const held = hideItems(whole, 2, 0.2);
  const before = entriesOf(whole.kept, whole.keptInteractionTimes!.ages);
  const after = entriesOf(held.kept, held.keptInteractionTimes!.ages);
  expect(held.hidden.some((isHidden) => isHidden === 1)).toBe(true);
  for (const [key, entry] of before) {
    const isHidden = held.hidden[Number(key.split(' ')[1])] === 1;
    expect(after.get(key)).toEqual(isHidden ? undefined : entry);
  }
  expect(held.targets).toBe(whole.targets);
});

test('finding any hidden item that a user liked is a gain; finding another one only if it was held out', () => {
  const whole = holdOut(history(), 1);
  const held = hideItems(whole, 2, 0.2);
  const kept = entriesOf(whole.kept);
  const users = judgedUsers(held, 50, 4);
  expect(users.length).toBeGreaterThan(10);
  for (const { user, masked, targets, gains } of users) {
    for (let item = 0; item < ITEMS; item++) {
      const entry = kept.get(`${user} ${item}`);
      const isHidden = held.hidden[item] === 1;
      expect(masked.has(item)).toBe(entry !== undefined);
      const isFound = targets.has(item) || (isHidden && entry?.value === 1);
      expect(gains.get(item)).toBe(isFound ? (isHidden ? 0.1 : 1) : undefined);
    }
  }
});

test('a judged user’s liked items are latest first, then the seen ones; the last ten liked are recent', () => {
  const data = history();
  const held = holdOut(data, 1);
  const ages = entriesOf(held.kept, held.keptInteractionTimes!.ages);
  for (const { user, history: items, likedCount } of judgedUsers(held, 50, 4)) {
    for (const isLiked of [true, false]) {
      const some = items.filter(({ strength }) => strength > 0 === isLiked);
      const ofItems = some.map(({ number }) => ages.get(`${user} ${number}`)!.age);
      expect(ofItems).toEqual([...ofItems].sort((a, b) => a - b));
    }
    const liked = items.filter(({ strength }) => strength > 0);
    expect(liked).toHaveLength(likedCount);
    expect(liked.map(({ isRecent }) => isRecent)).toEqual(liked.map((_, place) => place < 10));
    expect(items.some(({ strength, isRecent }) => strength === 0 && isRecent)).toBe(false);
  }
});

test('an item first met after the cut counts as new, whether anybody liked it or not', () => {
  const random = seededRandom(8);
  const builder = new SparseRowsBuilder(USERS);
  const ages: number[] = [];
  const born = (item: number): number => (item < 75 ? 365 : 2);
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS - 1; item++) {
      if (random() > 0.3) continue;
      // Item 78 is new, seen by many and liked by nobody.
      builder.add(item, item !== 78 && random() < 0.7 ? 1 : 0);
      ages.push(born(item) * random());
    }
    builder.endRow();
  }
  const rest = new Float32Array(ages.length);
  const interactionTimes = { ages: Float64Array.from(ages), weights: rest, positions: rest };
  const held = holdOut({ ...history(), strengths: builder.done(), interactionTimes }, 1);
  expect(held.keptInteractionTimes).toBeDefined();
  const isNew = (item: number): boolean => item >= 75 && item < ITEMS - 1;
  expect([...held.hidden.keys()].filter((item) => held.hidden[item] === 1)).toEqual(
    [...held.hidden.keys()].filter(isNew),
  );
  expect([...held.isMet]).toEqual(Array.from({ length: ITEMS }, (_, item) => (item < ITEMS - 1 ? 1 : 0)));
});

/** Each user's likes numbered by day, the latest today: an order of each user's own, and no time. */
function madeTimes(likes: (user: number) => number): TrainingData {
  const random = seededRandom(12);
  const builder = new SparseRowsBuilder(USERS);
  const ages: number[] = [];
  for (let user = 0; user < USERS; user++) {
    const drawn = [...Array(ITEMS).keys()].map((item) => ({ item, key: random() }));
    const chosen = drawn.sort((a, b) => a.key - b.key).slice(0, likes(user));
    for (const [age, { item }] of [...chosen.entries()].sort(([, a], [, b]) => a.item - b.item)) {
      builder.add(item, 1);
      ages.push(age);
    }
    builder.endRow();
  }
  const rest = new Float32Array(ages.length);
  const interactionTimes = { ages: Float64Array.from(ages), weights: rest.map(() => 1), positions: rest };
  return { ...history(), strengths: builder.done(), interactionTimes };
}

test.each([
  { name: 'short histories', likes: (user: number) => 3 + (user % 3) },
  { name: 'histories of one length', likes: () => 12 },
  { name: 'long histories', likes: (user: number) => 25 + (user % 30) },
  { name: 'histories of every length', likes: (user: number) => 1 + Math.floor(60 / (1 + (user % 60))) },
])('made times tell each user’s order and no common moment: the latest of each are held out ($name)', ({ likes }) => {
  const data = madeTimes(likes);
  const held = holdOut(data, 1);
  expect(held.isCut).toBe(false);
  const all = entriesOf(data.strengths, data.interactionTimes!.ages);
  const kept = entriesOf(held.kept, held.keptInteractionTimes!.ages);
  const targets = entriesOf(held.targets);
  expect(kept.size + targets.size).toBe(all.size);
  for (const [key, entry] of kept) expect(all.get(key)).toEqual(entry);
  for (let user = 0; user < USERS; user++) {
    const agesOf = (keys: Iterable<string>): readonly number[] =>
      [...keys].filter((key) => key.startsWith(`${user} `)).map((key) => all.get(key)!.age);
    const [later, earlier] = [agesOf(targets.keys()), agesOf(kept.keys())];
    expect(later).toHaveLength(likes(user) < 3 ? 0 : Math.max(1, Math.round(0.1 * likes(user))));
    expect(Math.max(-1, ...later)).toBeLessThan(Math.min(...earlier));
  }
});
