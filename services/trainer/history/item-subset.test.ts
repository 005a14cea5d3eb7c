import type { ItemId } from '@kindred/shared/id';
import { seededRandom } from '@kindred/shared/numeric/random';
import { elementOf, rowCountOf, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { mostLiked, pickItems, spreadRows } from './item-subset.ts';
import type { TrainingData } from './training-data.ts';

const ITEMS = 40;
const USERS = 30;
const CHOSEN = [...Array(ITEMS).keys()].filter((item) => item % 3 !== 1);

/** A history whose entries are told apart by their ages: user times a thousand plus item. */
function history(): TrainingData {
  const random = seededRandom(9);
  const builder = new SparseRowsBuilder(USERS);
  const ages: number[] = [];
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS; item++) {
      if (random() < 0.6) continue;
      builder.add(item, random() < 0.5 ? 0 : random());
      ages.push(1_000 * user + item);
    }
    builder.endRow();
  }
  const times = Float32Array.from(ages);
  return {
    items: Array.from({ length: ITEMS }, (_, item) => `i${item}` as ItemId),
    fields: Array.from({ length: ITEMS }, (_, item) => ({ title: `title ${item}` })),
    embeddings: { dimensions: 2, vectors: Float32Array.from({ length: 2 * ITEMS }, (_, i) => i) },
    strengths: builder.done(),
    interactionTimes: { ages: Float64Array.from(ages), weights: times, positions: times },
  };
}

test('picked items keep all that is known of them, under numbers of their own; users keep their rows', () => {
  const data = history();
  const picked = pickItems(data, CHOSEN);
  expect(picked.items).toEqual(CHOSEN.map((item) => `i${item}`));
  expect(picked.fields).toEqual(CHOSEN.map((item) => ({ title: `title ${item}` })));
  expect([...picked.embeddings!.vectors]).toEqual(CHOSEN.flatMap((item) => [2 * item, 2 * item + 1]));
  expect(rowCountOf(picked.strengths)).toBe(USERS);
  for (let user = 0; user < USERS; user++) {
    for (const [number, item] of CHOSEN.entries()) {
      expect(elementOf(picked.strengths, user, number)).toBe(elementOf(data.strengths, user, item));
    }
    for (let i = picked.strengths.starts[user]!; i < picked.strengths.starts[user + 1]!; i++) {
      expect(picked.interactionTimes!.ages[i]).toBe(1_000 * user + CHOSEN[picked.strengths.columns[i]!]!);
    }
  }
});

test('rows between picked items lead between the same items of the whole catalog, and others have none', () => {
  const builder = new SparseRowsBuilder(CHOSEN.length);
  const random = seededRandom(10);
  for (let row = 0; row < CHOSEN.length; row++) {
    for (let column = 0; column < CHOSEN.length; column++) if (random() < 0.2) builder.add(column, random());
    builder.endRow();
  }
  const rows = builder.done();
  const spread = spreadRows(rows, CHOSEN, ITEMS);
  expect(rowCountOf(spread)).toBe(ITEMS);
  for (let from = 0; from < ITEMS; from++) {
    for (let to = 0; to < ITEMS; to++) {
      const [row, column] = [CHOSEN.indexOf(from), CHOSEN.indexOf(to)];
      const wanted = row < 0 || column < 0 ? 0 : elementOf(rows, row, column);
      expect(elementOf(spread, from, to)).toBe(wanted);
    }
  }
});

test('the most liked items are those of most positives, ties to the smaller number, in the order of their numbers', () => {
  const data = history();
  const { columns, values } = data.strengths;
  const likes = Array.from(
    { length: ITEMS },
    (_, item) => columns.filter((c, i) => c === item && values[i]! > 0).length,
  );
  const ranked = [...Array(ITEMS).keys()].sort((a, b) => likes[b]! - likes[a]! || a - b);
  for (const count of [0, 1, 7, ITEMS, ITEMS + 1]) {
    expect(mostLiked(data, count)).toEqual(ranked.slice(0, count).sort((a, b) => a - b));
  }
});
