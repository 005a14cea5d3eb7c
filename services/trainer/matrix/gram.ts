import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { Embeddings } from '../history/training-data.ts';
import type { MatrixProduct } from './matrix-product.ts';
import { TILE, type TiledMatrix } from './tiled-matrix.ts';

/**
 * Adds `factor · Σ_r x_r·x_rᵀ` over the rows of a sparse matrix: how often columns come together.
 * Cost: O(Σ entries of a row, squared).
 */
export function addGram(matrix: TiledMatrix, { starts, columns, values }: SparseRows, factor = 1): void {
  for (let row = 0; row + 1 < starts.length; row++) {
    const end = starts[row + 1]!;
    for (let i = starts[row]!; i < end; i++) {
      const value = factor * values[i]!;
      const column = columns[i]!;
      for (let j = i; j < end; j++) matrix.add(column, columns[j]!, value * values[j]!);
    }
  }
}

/** Adds `factor · E·Eᵀ` for dense rows, each scaled by its own number. Cost: O(items² · dimensions) in `multiply`. */
export async function addInnerProducts(
  matrix: TiledMatrix,
  { dimensions, vectors }: Embeddings,
  scales: Float32Array,
  multiply: MatrixProduct,
): Promise<void> {
  const { size, tileCount } = matrix;
  const product = new Float32Array(TILE * TILE);
  const parts = Array.from({ length: tileCount }, (_, i) => {
    const part = new Float32Array(TILE * dimensions);
    for (let row = 0; row < Math.min(TILE, size - i * TILE); row++) {
      const item = i * TILE + row;
      for (let d = 0; d < dimensions; d++) {
        part[row * dimensions + d] = scales[item]! * vectors[item * dimensions + d]!;
      }
    }
    return part;
  });
  const turned = new Float32Array(dimensions * TILE);
  for (let j = 0; j < tileCount; j++) {
    for (let row = 0; row < TILE; row++) {
      for (let d = 0; d < dimensions; d++) turned[d * TILE + row] = parts[j]![row * dimensions + d]!;
    }
    for (let i = 0; i <= j; i++) {
      await multiply({ a: parts[i]!, b: turned, rows: TILE, inner: dimensions, columns: TILE, into: product });
      const tile = matrix.tile(i, j);
      for (let x = 0; x < tile.length; x++) tile[x] = tile[x]! + product[x]!;
    }
  }
}
