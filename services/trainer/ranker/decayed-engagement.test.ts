import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import type { HeldOut } from '../evaluation/held-out.ts';
import { decayedEngagement } from './decayed-engagement.ts';

/** One user per entry, an item and the age of its one save each. */
function heldOut(entries: readonly (readonly [item: number, ageDays: number])[], itemCount: number): HeldOut {
  const builder = new SparseRowsBuilder(entries.length);
  for (const [item] of entries) {
    builder.add(item, 1);
    builder.endRow();
  }
  const kept = builder.done();
  const ages = Float64Array.from(entries, ([, age]) => age);
  const rest = new Float32Array(entries.length);
  const keptInteractionTimes = { ages, weights: rest.map(() => 1), positions: rest };
  const isMet = new Uint8Array(itemCount).fill(1);
  return {
    kept,
    keptInteractionTimes,
    isCut: true,
    masked: kept,
    targets: kept,
    isMet,
    hidden: new Uint8Array(itemCount),
  };
}

test('an engagement counts half after one half-life, and those of all users add up', () => {
  const held = heldOut(
    [
      [0, 0],
      [1, 3],
      [1, 6],
      [2, 300],
    ],
    4,
  );
  const sums = decayedEngagement(held, 3);
  expect([...sums.slice(0, 2)]).toEqual([1, 0.75]);
  expect(sums[2]).toBeGreaterThan(0);
  expect(sums[3]).toBe(0);
  expect([...decayedEngagement({ ...held, keptInteractionTimes: undefined, isCut: false }, 3)]).toEqual([0, 0, 0, 0]);
  // Times that order only each user's own history tell nothing of all users.
  expect([...decayedEngagement({ ...held, isCut: false }, 3)]).toEqual([0, 0, 0, 0]);
});

test('items past the first thousand count nothing', () => {
  const sums = decayedEngagement(
    heldOut(
      Array.from({ length: 1_200 }, (_, item) => [item, item] as const),
      1_200,
    ),
    69,
  );
  expect(sums.indexOf(0)).toBe(1_000);
  expect(sums.slice(1_000).every((sum) => sum === 0)).toBe(true);
});
