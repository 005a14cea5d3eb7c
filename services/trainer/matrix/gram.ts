import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { type DenseRows, scaledRows, transposeInto } from './dense-rows.ts';
import type { MatrixProduct } from './matrix-product.ts';
import { TILE, type TiledMatrix } from './tiled-matrix.ts';

/**
 * Adds the Gram matrix `factor · Σ_r x_r·x_rᵀ` of a sparse matrix's rows: how often its columns come together.
 * @param rows  Columns of each row rising.
 * Cost: O(Σ entries of a row, squared).
 */
export function addGram(matrix: TiledMatrix, rows: SparseRows, factor = 1): void {
  const { starts, columns } = rows;
  for (let row = 0; row + 1 < starts.length; row++) {
    const end = starts[row + 1]!;
    for (let i = starts[row]!; i < end; i++) {
      const tileRow = Math.floor(columns[i]! / TILE);
      // The later columns of the row, tile by tile: each tile is looked up once.
      for (let from = i; from < end; ) {
        const tileColumn = Math.floor(columns[from]! / TILE);
        let to = from + 1;
        while (to < end && columns[to]! < (tileColumn + 1) * TILE) to++;
        const tile = matrix.tile(tileRow, tileColumn);
        addProducts(tile, rows, i, from, to, factor);
        if (tileRow === tileColumn) addMirrored(tile, rows, i, from, to, factor);
        from = to;
      }
    }
  }
}

/** Adds the products of entry `i` with the entries `[from, to)` of its row to their tile. */
function addProducts(
  tile: Float32Array,
  { columns, values }: SparseRows,
  i: number,
  from: number,
  to: number,
  factor: number,
): void {
  const value = factor * values[i]!;
  const start = (columns[i]! % TILE) * TILE;
  for (let j = from; j < to; j++) {
    const place = start + (columns[j]! % TILE);
    tile[place] = tile[place]! + value * values[j]!;
  }
}

/** Adds the same to the other half of a tile on the diagonal. */
function addMirrored(
  tile: Float32Array,
  { columns, values }: SparseRows,
  i: number,
  from: number,
  to: number,
  factor: number,
): void {
  const value = factor * values[i]!;
  const within = columns[i]! % TILE;
  for (let j = from; j < to; j++) {
    if (j === i) continue;
    const place = (columns[j]! % TILE) * TILE + within;
    tile[place] = tile[place]! + value * values[j]!;
  }
}

/**
 * Adds the inner products `E·Eᵀ` of dense rows, each row times its own scale first.
 * @param rows  As many as the matrix has.
 * Cost: O(size² · dimensions) in `multiply`; memory for a scaled copy of the rows.
 */
export async function addInnerProducts(
  matrix: TiledMatrix,
  rows: DenseRows,
  scales: Float32Array,
  multiply: MatrixProduct,
): Promise<void> {
  const { size, tileCount } = matrix;
  const { dimensions } = rows;
  const product = new Float32Array(TILE * TILE);
  const parts = Array.from({ length: tileCount }, (_, i) => {
    const count = Math.min(TILE, size - i * TILE);
    const numbers = Array.from({ length: count }, (_, row) => i * TILE + row);
    return scaledRows(rows, numbers, scales, TILE);
  });
  const turned = new Float32Array(dimensions * TILE);
  for (let j = 0; j < tileCount; j++) {
    transposeInto(parts[j]!, TILE, turned);
    for (let i = 0; i <= j; i++) {
      await multiply({ a: parts[i]!, b: turned, rows: TILE, inner: dimensions, columns: TILE, into: product });
      const tile = matrix.tile(i, j);
      for (let x = 0; x < tile.length; x++) tile[x] = tile[x]! + product[x]!;
    }
  }
}
