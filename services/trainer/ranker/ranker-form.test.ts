import { RANKED_SOURCES, type RankedSourceName } from '@kindred/shared/model/candidate-sources';
import { FEATURES } from '@kindred/shared/model/ranking-features';
import { ndcgAt20 } from '@kindred/shared/model/ranking-metrics';
import { seededRandom } from '@kindred/shared/numeric/random';
import { expect, test } from 'vitest';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import type { CandidateList } from './candidate-scorer.ts';
import type { Lists } from './listnet.ts';
import { chooseForm } from './ranker-form.ts';

const CANDIDATES = 25;
const SEED = 5;
/** Feature of each source where times tell what is trending. */
const FEATURE_OF: Readonly<Record<RankedSourceName, string>> = {
  collaborative: 'log collaborative',
  content: 'log content',
  transitions: 'log transitions',
  'co-engagement': 'log co-engagement',
  trending: 'log trending',
  popular: 'log decayed popularity',
};

interface Choosers {
  readonly users: readonly JudgedUser[];
  readonly candidates: readonly CandidateList[];
  readonly lists: Lists;
}

/** By falling score, ties to the smaller number. */
function ranked(items: readonly number[], scores: ArrayLike<number>): readonly number[] {
  const places = [...items.keys()].sort((a, b) => scores[b]! - scores[a]! || items[a]! - items[b]!);
  return places.map((place) => items[place]!);
}

/**
 * Users who choose one candidate by the sum of some sources' scores, each times its weight, and a draw; all other sources,
 * and all features that are no source's, are noise.
 */
function choosers(userCount: number, weights: Partial<Record<RankedSourceName, number>>, seed: number): Choosers {
  const random = seededRandom(seed);
  const placeOf = (source: RankedSourceName): number => FEATURES.findIndex(({ name }) => name === FEATURE_OF[source]);
  const places = RANKED_SOURCES.map((source) => ({ source, place: placeOf(source) }));
  const features = Float32Array.from({ length: userCount * CANDIDATES * FEATURES.length }, random);
  const gains = new Float32Array(userCount * CANDIDATES);
  const users: JudgedUser[] = [];
  const candidates: CandidateList[] = [];
  for (let user = 0; user < userCount; user++) {
    const items = Array.from({ length: CANDIDATES }, (_, place) => 3 * place + (user % 3));
    const draw = (): readonly number[] => items.map(() => random());
    const bySource = {
      collaborative: draw(),
      content: draw(),
      transitions: draw(),
      'co-engagement': draw(),
      trending: draw(),
      popular: draw(),
    };
    for (const { source, place } of places) {
      for (const [c, score] of bySource[source].entries()) {
        features[(user * CANDIDATES + c) * FEATURES.length + place] = score;
      }
    }
    const odds = items.map((_, place) =>
      Math.exp(RANKED_SOURCES.reduce((sum, source) => sum + (weights[source] ?? 0) * bySource[source][place]!, 0)),
    );
    let left = random() * odds.reduce((sum, each) => sum + each, 0);
    let choice = 0;
    for (; left >= odds[choice]!; choice++) left -= odds[choice]!;
    gains[user * CANDIDATES + choice] = 1;
    const targets = new Set([items[choice]!]);
    users.push({ user, history: [], likedCount: 1, masked: new Set(), targets, gains: new Map() });
    const best = (source: RankedSourceName): Int32Array =>
      Int32Array.from(ranked(items, bySource[source]).slice(0, 20));
    const bestOf = {
      collaborative: best('collaborative'),
      content: best('content'),
      transitions: best('transitions'),
      'co-engagement': best('co-engagement'),
      trending: best('trending'),
      popular: best('popular'),
    };
    candidates.push({ items: Int32Array.from(items), fused: Float32Array.from(draw()), bestOf });
  }
  const lists: Lists = {
    starts: Int32Array.from({ length: userCount + 1 }, (_, user) => user * CANDIDATES),
    gains,
    featureCount: FEATURES.length,
    write: (_, candidate, into, offset) =>
      into.set(features.subarray(candidate * FEATURES.length, (candidate + 1) * FEATURES.length), offset),
  };
  return { users, candidates, lists };
}

const freeNames = (isFree: readonly boolean[]): readonly string[] =>
  FEATURES.filter((_, f) => isFree[f]).map(({ name }) => name);

test.each(RANKED_SOURCES)(
  'on few users, if %s alone tells everything and all else is noise, it serves alone',
  (source) => {
    const given = choosers(40, { [source]: 60 }, 7);
    const { isFree, judged } = chooseForm({ ...given, hasTrends: true }, SEED);
    expect(judged.form).toBe(source);
    expect(freeNames(isFree)).toEqual([FEATURE_OF[source]]);
    expect(judged.ranker).toBe(judged.bySource.get(source));
  },
);

test.each([21, 22, 23])('on few users, noise beside a telling source never serves (seed %i)', (seed) => {
  const { judged } = chooseForm({ ...choosers(60, { 'co-engagement': 30 }, seed), hasTrends: true }, SEED);
  expect(judged.form).toBe('co-engagement');
});

test('on many users, if two sources together tell more than either, several signals serve', () => {
  const given = choosers(400, { collaborative: 12, transitions: 12 }, 8);
  const { isFree, judged } = chooseForm({ ...given, hasTrends: true }, SEED);
  expect(['plain', 'all']).toContain(judged.form);
  expect(freeNames(isFree)).toEqual(expect.arrayContaining(['log collaborative', 'log transitions']));
  for (const ndcg of judged.bySource.values()) expect(judged.ranker).toBeGreaterThan(1.1 * ndcg);
  expect(judged.ranker).toBeGreaterThan(judged.fusion);
});

test('where times do not tell what is trending, the popular source alone orders by all positives', () => {
  const given = choosers(40, { popular: 60 }, 9);
  const { isFree, judged } = chooseForm({ ...given, hasTrends: false }, SEED);
  expect(judged.form).toBe('popular');
  expect(freeNames(isFree)).toEqual(['log positives']);
});

test('sources are judged by their best candidates, and fusion by its order, ties to the smaller number, without masked items', () => {
  const given = choosers(50, { content: 4 }, 10);
  const users = given.users.map((user, u): JudgedUser => {
    const met = [...given.candidates[u]!.items].filter((item) => item % 5 === 0 && !user.targets.has(item));
    return { ...user, masked: new Set(met) };
  });
  const candidates = given.candidates.map((list): CandidateList => {
    return { ...list, fused: list.fused.map((score) => Math.round(3 * score)) };
  });
  const { judged } = chooseForm({ ...given, users, candidates, hasTrends: true }, SEED);
  const meanOf = (orderOf: (list: CandidateList, user: JudgedUser) => readonly number[]): number =>
    users.reduce((sum, user, u) => sum + ndcgAt20(orderOf(candidates[u]!, user), user.targets) / users.length, 0);
  expect(judged.users).toBe(users.length);
  const unmet = ({ items, fused }: CandidateList, { masked }: JudgedUser): readonly number[] =>
    ranked([...items], fused).filter((item) => !masked.has(item));
  expect(judged.fusion).toBeCloseTo(meanOf(unmet), 12);
  for (const source of RANKED_SOURCES) {
    const wanted = meanOf(({ bestOf }) => [...bestOf[source]]);
    expect(judged.bySource.get(source), source).toBeCloseTo(wanted, 12);
  }
});
