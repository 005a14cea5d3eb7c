import { seededRandom } from '@kindred/shared/numeric/random';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import { negateInverse } from './sweep-operator.ts';
import { type TiledMatrix, tiledMatrix } from './tiled-matrix.ts';

const multiply = await onnxMatrixProduct(2);

function positiveDefinite(size: number, seed: number): TiledMatrix {
  const random = seededRandom(seed);
  const matrix = tiledMatrix(size);
  for (let i = 0; i < 20 * size; i++) {
    matrix.add(Math.floor(random() * size), Math.floor(random() * size), random() - 0.5);
  }
  for (let i = 0; i < size; i++) matrix.add(i, i, 40);
  return matrix;
}

const rowOf = (matrix: TiledMatrix, row: number): Float32Array => {
  const into = new Float32Array(matrix.size);
  matrix.row(row, into);
  return into;
};

// Within a block, at its edge, within a tile, at its edge, and over several tiles.
test.each([1, 2, 100, 256, 257, 700, 1_024, 1_025, 2_300])(
  'a matrix of %i rows times its inverse is the identity',
  async (size) => {
    const seed = 11 + size;
    const original = positiveDefinite(size, seed);
    const inverted = positiveDefinite(size, seed);
    await negateInverse(inverted, multiply);
    const looked = [...new Set([0, Math.floor(size / 3), Math.floor(size / 2), size - 1])];
    for (const row of looked) {
      const own = rowOf(original, row);
      for (const column of looked) {
        const dot = rowOf(inverted, column).reduce((sum, value, i) => sum - value * own[i]!, 0);
        expect(dot).toBeCloseTo(row === column ? 1 : 0, 5);
      }
    }
  },
);

test('a matrix reads the same from both sides, by element and by row', () => {
  const matrix = positiveDefinite(1_100, 3);
  for (const [i, j] of [
    [0, 1_099],
    [1_050, 20],
    [7, 7],
    [1_023, 1_024],
  ] as const) {
    expect(matrix.at(i, j)).toBe(matrix.at(j, i));
    expect(rowOf(matrix, i)[j]).toBe(matrix.at(i, j));
  }
});

test('a matrix that is not positive definite is refused', async () => {
  const matrix = tiledMatrix(3);
  matrix.add(0, 0, 1);
  matrix.add(1, 1, -1);
  matrix.add(2, 2, 1);
  await expect(negateInverse(matrix, multiply)).rejects.toThrow('not positive definite');
});
