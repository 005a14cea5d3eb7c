import { seededRandom } from '@kindred/shared/numeric/random';
import { elementOf, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { donorRows, imputationOf } from './imputed-scores.ts';

const ITEMS = 200;
const random = seededRandom(31);
const likeness = Array.from({ length: ITEMS }, () => Array.from({ length: ITEMS }, () => Math.max(0, random() - 0.4)));
const positives = Int32Array.from({ length: ITEMS }, (_, item) => (item % 4 === 0 ? item % 5 : 21 + item));
const seen = positives.map((count) => 3 * count);
const isFitted = (item: number): boolean => item % 7 !== 0;
const known = { positives, seen, isFitted };

test('items that few know are imputed from the fifty fitted and known items most like them, by the cube of likeness', () => {
  const { rows, ...counts } = imputationOf((item, into) => into.set(likeness[item]!), known);
  for (let item = 0; item < ITEMS; item++) {
    const isCold = positives[item]! <= 20;
    const donors = [...Array(ITEMS).keys()]
      .filter((other) => other !== item && positives[other]! > 20 && isFitted(other) && likeness[item]![other]! > 0)
      .sort((a, b) => likeness[item]![b]! - likeness[item]![a]!)
      .slice(0, 50);
    const total = donors.reduce((sum, donor) => sum + likeness[item]![donor]! ** 3, 0);
    const share = isFitted(item) ? 2 / (2 + positives[item]!) : 1;
    const isImputed = isCold || !isFitted(item);
    const weightOf = (other: number): number =>
      isImputed && donors.includes(other) ? (share * likeness[item]![other]! ** 3) / total : 0;
    let imputed = 0;
    for (let other = 0; other < ITEMS; other++) {
      expect(elementOf(rows, item, other)).toBeCloseTo(weightOf(other), 6);
      imputed += weightOf(other) * positives[other]!;
    }
    expect(counts.positives[item]).toBeCloseTo(positives[item]! + (isCold ? imputed : 0), 2);
    expect(counts.seen[item]).toBeCloseTo(3 * counts.positives[item]!, 2);
  }
});

test('without content nothing is imputed', () => {
  const { rows, ...counts } = imputationOf(undefined, known);
  expect(rows.columns.length).toBe(0);
  expect([...counts.positives]).toEqual([...positives]);
});

test('donors by likeness alone are the fifty most like, with weights that sum to 1', () => {
  const builder = new SparseRowsBuilder(2);
  for (let other = 0; other < 60; other++) builder.add(other, 1 - other / 100);
  builder.endRow();
  builder.endRow();
  const rows = donorRows(builder.done());
  expect([...rows.starts]).toEqual([0, 50, 50]);
  expect(rows.values.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  expect(rows.values[10]! / rows.values[0]!).toBeCloseTo(0.9 ** 3, 5);
});
