import { type HistoryItem, type ItemModel, scoreItems, userScores } from '@kindred/shared/model/item-model';
import { seededRandom } from '@kindred/shared/numeric/random';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import { CandidateScorer } from './candidate-scorer.ts';

const ITEMS = 600;
const random = seededRandom(51);

function rows(share: number): SparseRows {
  const builder = new SparseRowsBuilder(ITEMS);
  for (let item = 0; item < ITEMS; item++) {
    for (let other = 0; other < ITEMS; other++) if (other !== item && random() < share) builder.add(other, random());
    builder.endRow();
  }
  return builder.done();
}

const counts = Float32Array.from({ length: ITEMS }, () => Math.floor(100 * random()));
const model: ItemModel = {
  collaborative: rows(0.3),
  content: rows(0.05),
  imputed: rows(0.001),
  positives: counts,
  seen: counts.map((count) => 2 * count),
  transitions: rows(0.1),
  seenWeight: 0.4,
  historyHalfLifeDays: 30,
};
const coEngagement = rows(0.1);
const isMet = Uint8Array.from({ length: ITEMS }, (_, item) => (item % 10 === 3 ? 0 : 1));
const hidden = Uint8Array.from({ length: ITEMS }, (_, item) => (item % 10 === 7 ? 1 : 0));
const trending = Float32Array.from({ length: ITEMS }, (_, item) => (item % 20 === 0 ? random() : 0));
const popular = Float32Array.from({ length: ITEMS }, () => random());
/** The order of the popular list, where times do not tell what is trending. */
const popularity = Float32Array.from({ length: ITEMS }, () => random());
const scorer = new CandidateScorer({ model, coEngagement, isMet, hidden, trending, popular, popularity });

function user(seed: number): JudgedUser {
  const draw = seededRandom(seed);
  const numbers = [...Array(ITEMS).keys()].filter(() => draw() < 0.03);
  const history = numbers.map(
    (number, place): HistoryItem => ({
      number,
      strength: place % 3 === 0 ? 0 : draw(),
      isRecent: place % 3 > 0 && place < 4,
      daysBefore: 5 * place,
      stepsBefore: place % 3 === 0 ? Number.POSITIVE_INFINITY : place,
    }),
  );
  const likedCount = history.filter(({ strength }) => strength > 0).length;
  return { user: seed, history, likedCount, masked: new Set(numbers), targets: new Set(), gains: new Map() };
}

/** Scores of all items for a user by each source. */
function sourcesOf({ history }: JudgedUser) {
  const scores = userScores(ITEMS);
  scoreItems(model, history, scores);
  const together = new Float32Array(ITEMS);
  for (const { number, strength } of history.filter(({ strength }) => strength > 0)) {
    for (let i = coEngagement.starts[number]!; i < coEngagement.starts[number + 1]!; i++) {
      together[coEngagement.columns[i]!]! += strength * coEngagement.values[i]!;
    }
  }
  return { scores, together };
}

test('candidates are the best of each source, fused by reciprocal rank, without masked items and those nobody met', () => {
  for (const seed of [1, 2, 3, 4]) {
    const judged = user(seed);
    const { scores, together } = sourcesOf(judged);
    const isCandidate = (item: number): boolean =>
      isMet[item] === 1 && (hidden[item] === 1 || !judged.masked.has(item));
    const fused = new Map<number, number>();
    for (const [of, count, weight] of [
      [scores.collaborative, 200, 2],
      [scores.content, 100, 0.5],
      [scores.transitions, 100, 0.5],
      [together, 100, 1],
      [trending, 50, 0.1],
      [popularity, 50, 0],
    ] as const) {
      const ranked = [...Array(ITEMS).keys()]
        .filter((item) => isCandidate(item) && of[item]! > 0)
        .sort((a, b) => of[b]! - of[a]! || a - b)
        .slice(0, count);
      for (const [rank, item] of ranked.entries()) fused.set(item, (fused.get(item) ?? 0) + weight / (61 + rank));
    }
    const { list } = scorer.candidatesOf(judged);
    expect([...list.items]).toEqual([...fused.keys()]);
    for (const [place, item] of list.items.entries()) expect(list.fused[place]).toBeCloseTo(fused.get(item)!, 6);
  }
});

test('the best of each source are judged, the first twenty that the user has not met, be they hidden or not', () => {
  for (const seed of [1, 2, 3, 4]) {
    const judged = user(seed);
    const { scores, together } = sourcesOf(judged);
    const { bestOf } = scorer.candidatesOf(judged).list;
    const wanted = (of: Float32Array): readonly number[] =>
      [...Array(ITEMS).keys()]
        .filter((item) => isMet[item] === 1 && !judged.masked.has(item) && of[item]! > 0)
        .sort((a, b) => of[b]! - of[a]! || a - b)
        .slice(0, 20);
    expect(Object.fromEntries(Object.entries(bestOf).map(([name, items]) => [name, [...items]]))).toEqual({
      collaborative: wanted(scores.collaborative),
      content: wanted(scores.content),
      transitions: wanted(scores.transitions),
      'co-engagement': wanted(together),
      trending: wanted(trending),
      popular: wanted(popularity),
    });
  }
});

test('signals are those of the user at hand, whoever was scored before, in the order of the candidates', () => {
  const [one, other] = [user(5), user(6)];
  const { scores, together } = sourcesOf(one);
  scorer.candidatesOf(other);
  const found = scorer.candidatesOf(one);
  expect(found.signals).toHaveLength(found.list.items.length);
  for (const [place, item] of found.list.items.entries()) {
    expect(found.signals[place]).toEqual({
      collaborative: scores.collaborative[item],
      collaborativeMax: scores.collaborativeMax[item],
      collaborativeRecent: scores.collaborativeRecent[item],
      collaborativeSeen: scores.collaborativeSeen[item],
      coEngagement: together[item],
      content: scores.content[item],
      contentMax: scores.contentMax[item],
      transitions: scores.transitions[item],
      transitionsLast: scores.transitionsLast[item],
      imputedShare: scorer.imputedShare[item],
      positives: model.positives[item],
      seen: model.seen[item],
      trending: trending[item],
      popular: popular[item],
    });
  }
  const again = scorer.candidatesOf(other);
  expect(again).not.toEqual(found);
  expect(scorer.candidatesOf(one)).toEqual(found);
});
