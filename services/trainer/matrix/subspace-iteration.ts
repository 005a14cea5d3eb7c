import { seededRandom } from '@kindred/shared/numeric/random';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { transposeInto } from './dense-rows.ts';
import type { MatrixProduct } from './matrix-product.ts';

/** Vectors iterated beside those asked for: the last of those converge sooner. */
const SPARE = 32;
/** Enough for a filter: the angle that is left is to the weakest directions kept. */
const ITERATIONS = 8;
const SEED = 20_180_527;

/**
 * The leading right singular vectors of a sparse matrix, by subspace iteration from a seeded random start.
 * @param rank  Vectors wanted; no more than there are columns are returned.
 * @returns Shape `[columnCount, min(rank, columnCount)]`, orthonormal columns by falling singular value.
 * Cost: O(iterations · entries · rank), and O(iterations · columns · rank²) in `multiply`.
 * @see Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011, section 4.5.
 */
export async function leadingRightVectors(
  matrix: SparseRows,
  columnCount: number,
  rank: number,
  multiply: MatrixProduct,
): Promise<Float32Array> {
  const width = Math.min(columnCount, rank + SPARE);
  const random = seededRandom(SEED);
  const blocks = blockProducts(columnCount, width, multiply);
  let block: Float32Array = Float32Array.from({ length: columnCount * width }, () => random() - 0.5);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    block = applied(matrix, await orthonormal(block, width, blocks), columnCount, width);
  }
  // The second pass removes what rounding left.
  block = await orthonormal(await orthonormal(block, width, blocks), width, blocks);
  // The subspace's own leading directions (Rayleigh–Ritz).
  const small = await blocks.inner(block, applied(matrix, block, columnCount, width));
  return blocks.times(block, leadingVectors(small, width, Math.min(rank, width)));
}

/** Products of blocks of shape `[rows, width]`. */
interface BlockProducts {
  /** `leftᵀ·right`, shape `[width, width]`. */
  inner(left: Float32Array, right: Float32Array): Promise<Float32Array>;
  /** `block·small`, small of shape `[width, columns]`. */
  times(block: Float32Array, small: Float32Array): Promise<Float32Array>;
}

function blockProducts(rows: number, width: number, multiply: MatrixProduct): BlockProducts {
  const turned = new Float32Array(width * rows);
  return {
    inner: async (left, right) => {
      transposeInto(left, rows, turned);
      const into = new Float32Array(width * width);
      await multiply({ a: turned, b: right, rows: width, inner: rows, columns: width, into });
      return into;
    },
    times: async (block, small) => {
      const columns = small.length / width;
      const into = new Float32Array(rows * columns);
      await multiply({ a: block, b: small, rows, inner: width, columns, into });
      return into;
    },
  };
}

/** `XᵀX·block`, row by row of `X`: nothing of the size of its rows is kept. */
function applied(
  { starts, columns, values }: SparseRows,
  block: Float32Array,
  columnCount: number,
  width: number,
): Float32Array {
  const result = new Float32Array(columnCount * width);
  const sum = new Float32Array(width);
  for (let row = 0; row + 1 < starts.length; row++) {
    const first = starts[row]!;
    const last = starts[row + 1]!;
    sum.fill(0);
    for (let i = first; i < last; i++) {
      const value = values[i]!;
      const offset = columns[i]! * width;
      for (let c = 0; c < width; c++) sum[c] = sum[c]! + value * block[offset + c]!;
    }
    for (let i = first; i < last; i++) {
      const value = values[i]!;
      const offset = columns[i]! * width;
      for (let c = 0; c < width; c++) result[offset + c] = result[offset + c]! + value * sum[c]!;
    }
  }
  return result;
}

/** The same columns made orthonormal, by a Cholesky factor of their inner products. */
async function orthonormal(block: Float32Array, width: number, blocks: BlockProducts): Promise<Float32Array> {
  const factor = cholesky(await blocks.inner(block, block), width);
  return blocks.times(block, inverseTransposed(factor, width));
}

/** The lower factor; a direction of no length is given length 1 and so stays 0. */
function cholesky(matrix: Float32Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  const least = 1e-7 * matrix.reduce((most, value) => Math.max(most, value), 0);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let value = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) value -= factor[row * size + k]! * factor[column * size + k]!;
      if (row === column) factor[row * size + row] = value > least ? Math.sqrt(value) : 1;
      else factor[row * size + column] = value / factor[column * size + column]!;
    }
  }
  return factor;
}

/** The transposed inverse of a lower factor. */
function inverseTransposed(factor: Float64Array, size: number): Float32Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let value = row === column ? 1 : 0;
      for (let k = column; k < row; k++) value -= factor[row * size + k]! * inverse[k * size + column]!;
      inverse[row * size + column] = value / factor[row * size + row]!;
    }
  }
  return Float32Array.from(inverse, (_, i) => inverse[(i % size) * size + Math.floor(i / size)]!);
}

/** Eigenvectors of the largest eigenvalues, shape `[size, rank]`. */
function leadingVectors(symmetric: Float32Array, size: number, rank: number): Float32Array {
  const matrix = new Matrix(size, size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) matrix.set(a, b, (symmetric[a * size + b]! + symmetric[b * size + a]!) / 2);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return Float32Array.from({ length: size * rank }, (_, i) =>
    eigenvectorMatrix.get(Math.floor(i / rank), order[i % rank]!),
  );
}
