import { seededRandom } from '@kindred/shared/numeric/random';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import { addGram, addInnerProducts } from './gram.ts';
import { addPowers, addScaled, TILE, tiledMatrix } from './tiled-matrix.ts';

const multiply = await onnxMatrixProduct(1);
/** Two tiles per side, the second nearly empty. */
const SIZE = TILE + 3;
const LOOKED = [0, 1, 500, TILE - 1, TILE, TILE + 2];

test('a Gram matrix holds the inner products of columns, added to what is there', () => {
  const random = seededRandom(71);
  const rows = Array.from({ length: 40 }, () =>
    LOOKED.filter(() => random() < 0.5).map((column) => [column, random()]),
  );
  const builder = new SparseRowsBuilder(rows.length);
  for (const row of rows) {
    for (const [column, value] of row) builder.add(column!, Math.fround(value!));
    builder.endRow();
  }
  const matrix = tiledMatrix(SIZE);
  matrix.add(0, TILE, 5);
  addGram(matrix, builder.done(), 2);
  const valueIn = (row: readonly number[][], column: number): number => row.find(([c]) => c === column)?.[1] ?? 0;
  for (const a of LOOKED) {
    for (const b of LOOKED) {
      const sum = rows.reduce((total, row) => total + valueIn(row, a) * valueIn(row, b), 0);
      expect(matrix.at(a, b)).toBeCloseTo(2 * sum + (Math.min(a, b) === 0 && Math.max(a, b) === TILE ? 5 : 0), 4);
    }
  }
});

test('inner products of dense rows are those of the scaled rows, in every tile', async () => {
  const random = seededRandom(72);
  const dimensions = 5;
  const vectors = Float32Array.from({ length: SIZE * dimensions }, () => random() - 0.5);
  const scales = Float32Array.from({ length: SIZE }, () => random());
  const matrix = tiledMatrix(SIZE);
  await addInnerProducts(matrix, { dimensions, vectors }, scales, multiply);
  const row = (item: number): Float32Array => vectors.subarray(item * dimensions, (item + 1) * dimensions);
  for (const a of LOOKED) {
    for (const b of LOOKED) {
      const dot = row(a).reduce((sum, value, d) => sum + value * row(b)[d]!, 0);
      expect(matrix.at(a, b)).toBeCloseTo(scales[a]! * scales[b]! * dot, 5);
    }
  }
  const doubled = tiledMatrix(SIZE);
  addScaled(doubled, matrix, 2);
  addPowers(doubled, matrix, 3);
  for (const a of LOOKED) {
    const value = matrix.at(a, TILE);
    expect(doubled.at(a, TILE)).toBeCloseTo(2 * value + Math.max(0, value) ** 3, 5);
  }
});
