import { seededRandom } from '@kindred/shared/numeric/random';
import { elementOf, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { withTail } from './content-rows.ts';

test('content leads to the tail through its donors, and from it, as the products of whole matrices say', () => {
  const itemCount = 9;
  const random = seededRandom(23);
  const isHead = (item: number): boolean => item < 5;
  const dense = (takes: (row: number, column: number) => boolean) =>
    Array.from({ length: itemCount }, (_, row) =>
      Array.from({ length: itemCount }, (_, column) => (takes(row, column) && random() < 0.6 ? random() : 0)),
    );
  const sparse = (rows: readonly (readonly number[])[]) => {
    const builder = new SparseRowsBuilder(itemCount);
    for (const row of rows) {
      for (const [column, value] of row.entries()) if (value > 0) builder.add(column, value);
      builder.endRow();
    }
    return builder.done();
  };
  const ofHead = dense((row, column) => row !== column && isHead(row) && isHead(column));
  const donated = dense((row, column) => !isHead(row) && isHead(column));
  const found = withTail(sparse(ofHead), sparse(donated), itemCount);
  const sum = (of: (k: number) => number): number =>
    [...Array(itemCount).keys()].reduce((total, k) => total + of(k), 0);
  for (let row = 0; row < itemCount; row++) {
    for (let column = 0; column < itemCount; column++) {
      const to = 0.25 * donated[column]![row]! + sum((k) => ofHead[row]![k]! * donated[column]![k]!);
      const alike = 0.25 * sum((k) => donated[row]![k]! * donated[column]![k]!);
      const from = 0.25 * donated[row]![column]! + sum((k) => donated[row]![k]! * ofHead[k]![column]!) + alike;
      const wanted = row === column ? 0 : ofHead[row]![column]! + to + from;
      expect(elementOf(found, row, column)).toBeCloseTo(wanted, 5);
    }
  }
});
