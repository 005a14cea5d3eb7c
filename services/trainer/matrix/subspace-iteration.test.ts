import { seededRandom } from '@kindred/shared/numeric/random';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import { leadingRightVectors } from './subspace-iteration.ts';

const multiply = await onnxMatrixProduct(1);
const ROWS = 80;
const COLUMNS = 50;

function sparse(): { readonly rows: SparseRows; readonly dense: Matrix } {
  const random = seededRandom(61);
  const builder = new SparseRowsBuilder(ROWS);
  const dense = Matrix.zeros(ROWS, COLUMNS);
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      if (random() > (column % 5 === row % 5 ? 0.6 : 0.05)) continue;
      const value = Math.fround(1 + (column % 5));
      builder.add(column, value);
      dense.set(row, column, value);
    }
    builder.endRow();
  }
  return { rows: builder.done(), dense };
}

test('the vectors are orthonormal, and those of the largest singular values, in their order', async () => {
  const { rows, dense } = sparse();
  const rank = 5;
  const basis = await leadingRightVectors(rows, COLUMNS, rank, multiply);
  const vector = (r: number): number[] => Array.from({ length: COLUMNS }, (_, c) => basis[c * rank + r]!);
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const { rightSingularVectors } = new SingularValueDecomposition(dense);
  for (let r = 0; r < rank; r++) {
    expect(Math.abs(dot(vector(r), rightSingularVectors.getColumn(r)))).toBeCloseTo(1, 3);
    for (let s = 0; s <= r; s++) expect(dot(vector(r), vector(s))).toBeCloseTo(r === s ? 1 : 0, 4);
  }
});

test('no more vectors come back than there are columns, and the same each time', async () => {
  const { rows } = sparse();
  const basis = await leadingRightVectors(rows, COLUMNS, 200, multiply);
  expect(basis).toHaveLength(COLUMNS * COLUMNS);
  expect(await leadingRightVectors(rows, COLUMNS, 200, multiply)).toEqual(basis);
});
