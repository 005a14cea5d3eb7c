import { seededRandom } from '@kindred/shared/numeric/random';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { TILE } from '../matrix/tiled-matrix.ts';
import type { Strips } from './ease.ts';

/** The directions in which a catalog's engagements vary most: a low-pass filter over items. */
export interface Spectrum {
  readonly rank: number;
  /** Shape `[items, rank]`, orthonormal columns. */
  readonly basis: Float32Array;
  /** The square root of each item's summed squared weights; 0 for an item without engagements. */
  readonly lengths: Float32Array;
}

const SPARE = 32;
/** Enough for the filter: what it leaves out by an angle is of the weakest directions kept. */
const ITERATIONS = 8;
const SEED = 20_180_527;

/**
 * The `rank` leading right singular vectors of the engagements, each item scaled to unit length, by subspace iteration.
 * @param weights  A row a user. Cost: O(iterations · entries · rank), and O(iterations · items · rank²) in `multiply`.
 * @see Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021: the ideal low-pass filter.
 */
export async function spectrumOf(
  weights: SparseRows,
  itemCount: number,
  rank: number,
  multiply: MatrixProduct,
): Promise<Spectrum> {
  const lengths = new Float32Array(itemCount);
  for (const [i, column] of weights.columns.entries()) lengths[column]! += weights.values[i]! ** 2;
  for (let item = 0; item < itemCount; item++) lengths[item] = Math.sqrt(lengths[item]!);
  const scaled = { ...weights, values: weights.values.map((value, i) => value / lengths[weights.columns[i]!]!) };
  const width = Math.min(itemCount, rank + SPARE);
  const random = seededRandom(SEED);
  const blocks = blockProducts(itemCount, width, multiply);
  let block: Float32Array = Float32Array.from({ length: itemCount * width }, () => random() - 0.5);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    block = applied(scaled, await orthonormal(block, width, blocks), itemCount, width);
  }
  // The second pass takes what rounding left.
  block = await orthonormal(await orthonormal(block, width, blocks), width, blocks);
  // The subspace's own leading directions (Rayleigh–Ritz).
  const small = await blocks.inner(block, applied(scaled, block, itemCount, width));
  const turn = leadingVectors(small, width, Math.min(rank, width));
  return { rank: Math.min(rank, width), basis: await blocks.times(block, turn), lengths };
}

/**
 * The filter as item–item weights, `factor · (length_j / length_i) · Σ_r u_ir·u_jr`, a strip of rows at a time.
 * Cost: O(items² · rank) in `multiply` for all strips.
 */
export function spectralStrips({ rank, basis, lengths }: Spectrum, factor: number, multiply: MatrixProduct): Strips {
  const size = lengths.length;
  const turned = new Float32Array(rank * size);
  for (let item = 0; item < size; item++) {
    for (let r = 0; r < rank; r++) turned[r * size + item] = basis[item * rank + r]! * lengths[item]!;
  }
  const left = new Float32Array(TILE * rank);
  const strip = new Float32Array(TILE * size);
  return async (number) => {
    left.fill(0);
    for (let row = 0; row < Math.min(TILE, size - number * TILE); row++) {
      const item = number * TILE + row;
      if (lengths[item] === 0) continue;
      for (let r = 0; r < rank; r++) left[row * rank + r] = (factor * basis[item * rank + r]!) / lengths[item]!;
    }
    await multiply({ a: left, b: turned, rows: TILE, inner: rank, columns: size, into: strip });
    return strip;
  };
}

/** Products of blocks of shape `[items, width]`. */
interface BlockProducts {
  /** `leftᵀ·right`, shape `[width, width]`. */
  inner(left: Float32Array, right: Float32Array): Promise<Float32Array>;
  /** `block·small`, small of shape `[width, columns]`. */
  times(block: Float32Array, small: Float32Array): Promise<Float32Array>;
}

function blockProducts(items: number, width: number, multiply: MatrixProduct): BlockProducts {
  const turned = new Float32Array(width * items);
  return {
    inner: async (left, right) => {
      for (let item = 0; item < items; item++) {
        for (let c = 0; c < width; c++) turned[c * items + item] = left[item * width + c]!;
      }
      const into = new Float32Array(width * width);
      await multiply({ a: turned, b: right, rows: width, inner: items, columns: width, into });
      return into;
    },
    times: async (block, small) => {
      const columns = small.length / width;
      const into = new Float32Array(items * columns);
      await multiply({ a: block, b: small, rows: items, inner: width, columns, into });
      return into;
    },
  };
}

/** `XᵀX·block`, user by user: nothing of the size of the users is kept. */
function applied(
  { starts, columns, values }: SparseRows,
  block: Float32Array,
  items: number,
  width: number,
): Float32Array {
  const result = new Float32Array(items * width);
  const sum = new Float32Array(width);
  for (let user = 0; user + 1 < starts.length; user++) {
    const first = starts[user]!;
    const last = starts[user + 1]!;
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

/** The lower factor; a direction that is nothing is given length 1 and so stays nothing. */
function cholesky(matrix: Float32Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  const nothing = 1e-7 * matrix.reduce((most, value) => Math.max(most, value), 0);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let value = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) value -= factor[row * size + k]! * factor[column * size + k]!;
      if (row === column) factor[row * size + row] = value > nothing ? Math.sqrt(value) : 1;
      else factor[row * size + column] = value / factor[column * size + column]!;
    }
  }
  return factor;
}

/** The inverse of a lower factor, turned. */
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

/** Shape `[size, rank]`: the eigenvectors of the largest eigenvalues. */
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
