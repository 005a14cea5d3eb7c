import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementOf, type SparseRows, SparseRowsBuilder } from '../numeric/sparse-rows.ts';
import {
  addCoEngagement,
  CO_ENGAGED_MAX,
  type HistoryItem,
  historyDecay,
  type ItemModel,
  imputedShares,
  modelSignals,
  scoreItems,
  TRANSITION_DECAY,
  TRANSITION_STEPS,
  topItems,
  userScores,
} from './item-model.ts';

const ITEMS = 7;
const OWN_WEIGHT = 0.25;
const value = fc.constantFrom(0, 0, 0, 0.25, 0.5, 1);
/** Collaborative weights: of both signs. */
const signed = fc.constantFrom(0, 0, 0, -0.5, -0.25, 0.25, 0.5, 1);
const matrixOf = (entries: fc.Arbitrary<number>) =>
  fc.array(fc.array(entries, { minLength: ITEMS, maxLength: ITEMS }), { minLength: ITEMS, maxLength: ITEMS });
const matrix = matrixOf(value);
const halfLife = fc.constantFrom(Number.POSITIVE_INFINITY, 0.5, 3, 240);
const counts = fc
  .array(fc.nat(50), { minLength: ITEMS, maxLength: ITEMS })
  .map((numbers) => Float32Array.from(numbers));
const history: fc.Arbitrary<readonly HistoryItem[]> = fc
  .uniqueArray(
    fc.record({
      number: fc.nat(ITEMS - 1),
      strength: fc.constantFrom(-0.5, 0, 0.25, 1),
      isRecent: fc.boolean(),
      daysBefore: fc.constantFrom(0, 0.25, 1, 7, 500),
      stepsBefore: fc.constantFrom(0, 0, 1, 3, 9, 10, 25, Number.POSITIVE_INFINITY),
    }),
    { selector: ({ number }) => number },
  )
  .map((items) =>
    items.map((item) => {
      const isLiked = item.strength > 0;
      const stepsBefore = isLiked ? item.stepsBefore : Number.POSITIVE_INFINITY;
      return { ...item, isRecent: item.isRecent && isLiked, stepsBefore };
    }),
  );

function rowsOf(dense: readonly (readonly number[])[]): SparseRows {
  const builder = new SparseRowsBuilder(dense.length);
  for (const row of dense) {
    for (const [column, entry] of row.entries()) if (entry !== 0) builder.add(column, entry);
    builder.endRow();
  }
  return builder.done();
}

/** A model in which nothing of an item leads to itself, and few items have donors. */
const model = fc
  .record({
    collaborative: matrixOf(signed),
    content: matrix,
    imputed: matrix,
    transitions: matrix,
    positives: counts,
    seen: counts,
    historyHalfLifeDays: halfLife,
  })
  .map(({ collaborative, content, imputed, transitions, ...rest }): ItemModel => {
    const donors = imputed.map((row, item) =>
      row.map((entry, donor) => (item % 3 === 0 && donor !== item ? entry / ITEMS : 0)),
    );
    return {
      collaborative: rowsOf(collaborative.map((row, item) => row.map((entry, to) => (to === item ? 0 : entry)))),
      content: rowsOf(content),
      imputed: rowsOf(donors),
      transitions: rowsOf(transitions),
      seenWeight: 0.5,
      ...rest,
    };
  });

function scored(given: ItemModel, items: readonly HistoryItem[]) {
  const scores = userScores(ITEMS);
  scoreItems(given, items, scores);
  return scores;
}

test('the top items are the largest scores above 0 among the candidates, ties by number', () => {
  const scores = fc.array(fc.constantFrom(-1, 0, 0.5, 1, 2), { maxLength: 30 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 10 }), fc.nat(3), (given, count, left) => {
      const isCandidate = (item: number): boolean => item % 4 !== left;
      const wanted = given
        .map((score, item) => ({ score, item }))
        .filter(({ score, item }) => score > 0 && isCandidate(item))
        .sort((a, b) => b.score - a.score || a.item - b.item)
        .slice(0, count)
        .map(({ item }) => item);
      expect([...topItems(Float32Array.from(given), count, isCandidate)]).toEqual(wanted);
    }),
  );
});

test('co-engagement adds up the rows of the liked items, by their strengths, without unknown ones', () => {
  const liked = fc.array(
    fc.record({ number: fc.integer({ min: -1, max: ITEMS - 1 }), strength: fc.constantFrom(0.25, 0.5, 1) }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(matrix, liked, (dense, given) => {
      const into = new Float32Array(ITEMS);
      addCoEngagement(rowsOf(dense), given, into);
      for (let item = 0; item < ITEMS; item++) {
        const wanted = given.reduce((sum, { number, strength }) => sum + strength * (dense[number]?.[item] ?? 0), 0);
        expect(into[item]).toBeCloseTo(wanted, 5);
      }
    }),
  );
});

test('co-engagement is walked from the latest liked items only', () => {
  const dense = Array.from({ length: 2 }, (_, row) => [row === 0 ? 1 : 0, row === 1 ? 1 : 0]);
  const into = new Float32Array(2);
  const early = { number: 1, strength: 1 };
  addCoEngagement(rowsOf(dense), [...new Array(CO_ENGAGED_MAX).fill({ number: 0, strength: 1 }), early], into);
  expect([...into]).toEqual([CO_ENGAGED_MAX, 0]);
});

test('scores are the decayed sums and the largest of the rows of the history, with imputed ones on top', () => {
  fc.assert(
    fc.property(model, history, (given, items) => {
      const scores = scored(given, items);
      const sumOf = (rows: SparseRows, of: readonly HistoryItem[], to: number): number =>
        of.reduce((sum, { number, strength }) => sum + strength * elementOf(rows, number, to), 0);
      const decayed = items.map((item) => ({
        ...item,
        strength: item.strength * 0.5 ** (item.daysBefore / given.historyHalfLifeDays),
      }));
      const liked = items.filter(({ strength }) => strength > 0);
      const own = (to: number, of: readonly HistoryItem[]): number =>
        OWN_WEIGHT * of.filter(({ number }) => number === to).reduce((sum, { strength }) => sum + strength, 0);
      const judged = items.filter(({ strength }) => strength !== 0);
      const judgedNow = decayed.filter(({ strength }) => strength !== 0);
      const seen = items
        .filter(({ strength }) => strength === 0)
        .map((item) => ({
          ...item,
          strength: given.seenWeight * 0.5 ** (item.daysBefore / given.historyHalfLifeDays),
        }));
      const plain = {
        seen: (to: number) => sumOf(given.collaborative, seen, to) + own(to, seen),
        all: (to: number) =>
          sumOf(given.collaborative, judgedNow, to) +
          own(to, judgedNow) +
          sumOf(given.collaborative, seen, to) +
          own(to, seen),
        recent: (to: number) =>
          sumOf(
            given.collaborative,
            liked.filter(({ isRecent }) => isRecent),
            to,
          ),
        max: (to: number) => Math.max(0, ...liked.map(({ number }) => elementOf(given.collaborative, number, to))),
      };
      for (let item = 0; item < ITEMS; item++) {
        expect(scores.collaborativeSeen[item]).toBeCloseTo(withDonors(given, plain.seen, item), 4);
        expect(scores.collaborative[item]).toBeCloseTo(withDonors(given, plain.all, item), 4);
        expect(scores.collaborativeRecent[item]).toBeCloseTo(withDonors(given, plain.recent, item), 4);
        expect(scores.collaborativeMax[item]).toBeCloseTo(withDonors(given, plain.max, item), 4);
        expect(scores.content[item]).toBeCloseTo(sumOf(given.content, judged, item), 4);
        const nearest = Math.max(0, ...liked.map(({ number }) => elementOf(given.content, number, item)));
        expect(scores.contentMax[item]).toBeCloseTo(nearest, 6);
      }
    }),
  );
});

test('transitions lead on from the last steps of the history, each step back for less, and from the very last one', () => {
  fc.assert(
    fc.property(model, history, (given, items) => {
      const scores = scored(given, items);
      for (let to = 0; to < ITEMS; to++) {
        let [all, last] = [0, 0];
        for (const { number, strength, stepsBefore } of items) {
          if (strength <= 0 || stepsBefore >= TRANSITION_STEPS) continue;
          all += strength * TRANSITION_DECAY ** stepsBefore * elementOf(given.transitions, number, to);
          if (stepsBefore === 0) last += strength * elementOf(given.transitions, number, to);
        }
        expect(scores.transitions[to]).toBeCloseTo(all, 5);
        expect(scores.transitionsLast[to]).toBeCloseTo(last, 5);
      }
    }),
  );
});

test('a half-life of ∞ is no decay: scores are those of a history of one moment', () => {
  fc.assert(
    fc.property(model, history, (given, items) => {
      const lasting = { ...given, historyHalfLifeDays: Number.POSITIVE_INFINITY };
      const together = items.map((item) => ({ ...item, daysBefore: 0 }));
      expect(scored(lasting, items)).toEqual(scored(lasting, together));
      expect(scored(lasting, together)).toEqual(scored(given, together));
    }),
  );
});

test('an item of a history keeps half its strength after each half-life, and all of it for ∞', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.constantFrom(3, 7, 240), (days, halfLifeDays) => {
      expect(historyDecay(0, halfLifeDays)).toBe(1);
      expect(historyDecay(days, Number.POSITIVE_INFINITY)).toBe(1);
      const kept = historyDecay(days, halfLifeDays);
      expect(historyDecay(days + halfLifeDays, halfLifeDays)).toBeCloseTo(kept / 2, 12);
    }),
  );
});

/** A score with what is imputed; donors come before those they give to or have no donors of their own. */
function withDonors({ imputed }: Pick<ItemModel, 'imputed'>, plain: (item: number) => number, item: number): number {
  let score = plain(item);
  for (let donor = 0; donor < ITEMS; donor++) {
    const given = elementOf(imputed, item, donor);
    if (given === 0) continue;
    score += given * (donor < item ? withDonors({ imputed }, plain, donor) : plain(donor));
  }
  return score;
}

test('scores of one user leave nothing behind for the next', () => {
  fc.assert(
    fc.property(model, history, history, (given, before, after) => {
      const scores = userScores(ITEMS);
      scoreItems(given, before, scores);
      scoreItems(given, after, scores);
      expect(scores).toEqual(scored(given, after));
    }),
  );
});

test('signals are read from the scores of the item, content at least 0', () => {
  fc.assert(
    fc.property(model, history, fc.nat(ITEMS - 1), (given, items, item) => {
      const scores = scored(given, items);
      const shares = imputedShares(given.imputed);
      const signals = modelSignals(given, shares, scores, item);
      expect(signals).toEqual({
        collaborative: scores.collaborative[item],
        collaborativeMax: scores.collaborativeMax[item],
        collaborativeRecent: scores.collaborativeRecent[item],
        collaborativeSeen: scores.collaborativeSeen[item],
        content: Math.max(0, scores.content[item]!),
        contentMax: scores.contentMax[item],
        transitions: scores.transitions[item],
        transitionsLast: scores.transitionsLast[item],
        imputedShare: shares[item],
        positives: given.positives[item],
        seen: given.seen[item],
      });
    }),
  );
});

test('the imputed share of an item is the weight of its donors', () => {
  const rows = rowsOf([
    [0, 0.25, 0.5],
    [0, 0, 0],
    [0.125, 0, 0],
  ]);
  expect([...imputedShares(rows)]).toEqual([0.75, 0, 0.125]);
});
