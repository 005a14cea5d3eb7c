import { transposeInto } from './dense-rows.ts';
import type { MatrixProduct } from './matrix-product.ts';
import { TILE, type TiledMatrix } from './tiled-matrix.ts';

/** Rows that are swept at once: the inverse of their own small block is computed in double precision, without `multiply`. */
export const BLOCK = 256;

/**
 * Turns a symmetric positive definite matrix into minus its inverse, in place, by the sweep operator on one block of rows
 * after another: `A[k,k] ← −D`, `A[k,j] ← D·A[k,j]`, `A[i,j] ← A[i,j] − A[i,k]·D·A[k,j]` with `D = A[k,k]⁻¹`. Symmetry halves
 * the work; no pivots are needed.
 *
 * @param onStep  Called after each block with the share that is done, in (0, 1].
 * @throws {RangeError} when the matrix is not positive definite.
 * Cost: `size³` multiplications, nearly all of them in `multiply`; memory for two strips of `BLOCK · size` numbers.
 * @see Goodnight, "A tutorial on the SWEEP operator", The American Statistician 1979.
 */
export async function negateInverse(
  matrix: TiledMatrix,
  multiply: MatrixProduct,
  onStep: (done: number) => void = () => {},
): Promise<void> {
  const { size, tileCount } = matrix;
  const strip = (): Float32Array[] => Array.from({ length: tileCount }, () => new Float32Array(BLOCK * TILE));
  const panel = strip();
  const swept = strip();
  const turned = new Float32Array(TILE * BLOCK);
  const product = new Float32Array(TILE * TILE);
  for (let start = 0; start < size; start += BLOCK) {
    const width = Math.min(BLOCK, size - start);
    readPanel(matrix, start, width, panel);
    const inverse = inverseOfBlock(panel[Math.floor(start / TILE)]!, start % TILE, width);
    for (let j = 0; j < tileCount; j++) {
      await multiply({ a: inverse, b: panel[j]!, rows: BLOCK, inner: BLOCK, columns: TILE, into: swept[j]! });
    }
    for (let i = 0; i < tileCount; i++) {
      transposeInto(panel[i]!, BLOCK, turned);
      for (let j = i; j < tileCount; j++) {
        await multiply({ a: turned, b: swept[j]!, rows: TILE, inner: BLOCK, columns: TILE, into: product });
        const tile = matrix.tile(i, j);
        for (let x = 0; x < tile.length; x++) tile[x] = tile[x]! - product[x]!;
      }
    }
    writePanel(matrix, start, width, swept, inverse);
    onStep((start + width) / size);
  }
}

/** Rows `start` to `start + width` of the whole matrix, tile by tile; rows past `width` are 0. */
function readPanel(matrix: TiledMatrix, start: number, width: number, panel: readonly Float32Array[]): void {
  const k = Math.floor(start / TILE);
  const first = start % TILE;
  for (let j = 0; j < matrix.tileCount; j++) {
    const part = panel[j]!;
    if (width < BLOCK) part.fill(0);
    if (j >= k) part.set(matrix.tile(k, j).subarray(first * TILE, (first + width) * TILE));
    else {
      const tile = matrix.tile(j, k);
      for (let column = 0; column < TILE; column++) {
        for (let row = 0; row < width; row++) part[row * TILE + column] = tile[column * TILE + first + row]!;
      }
    }
  }
}

/** Writes the swept rows back, with the columns that mirror them and their own block. */
function writePanel(
  matrix: TiledMatrix,
  start: number,
  width: number,
  swept: readonly Float32Array[],
  inverse: Float32Array,
): void {
  const k = Math.floor(start / TILE);
  const first = start % TILE;
  for (let j = 0; j < matrix.tileCount; j++) {
    const part = swept[j]!;
    if (j >= k) matrix.tile(k, j).set(part.subarray(0, width * TILE), first * TILE);
    if (j > k) continue;
    const tile = matrix.tile(j, k);
    for (let column = 0; column < TILE; column++) {
      for (let row = 0; row < width; row++) tile[column * TILE + first + row] = part[row * TILE + column]!;
    }
  }
  const own = matrix.tile(k, k);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) {
      own[(first + row) * TILE + first + column] = -inverse[row * BLOCK + column]!;
    }
  }
}

/**
 * The inverse of the `width` columns of a panel that begin at `first`, by Gauss–Jordan elimination in double precision.
 * @returns Shape `[BLOCK, BLOCK]`, 0 past `width`.
 */
function inverseOfBlock(part: Float32Array, first: number, width: number): Float32Array {
  const a = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) a[row * width + column] = part[row * TILE + first + column]!;
  }
  for (let k = 0; k < width; k++) {
    const pivot = a[k * width + k]!;
    if (!(pivot > 0)) throw new RangeError('the matrix is not positive definite: more regularisation is needed');
    const own = a.subarray(k * width, (k + 1) * width);
    own[k] = 1;
    for (let column = 0; column < width; column++) own[column] = own[column]! / pivot;
    for (let row = 0; row < width; row++) {
      if (row === k) continue;
      const other = a.subarray(row * width, (row + 1) * width);
      const factor = other[k]!;
      if (factor === 0) continue;
      other[k] = 0;
      for (let column = 0; column < width; column++) other[column] = other[column]! - factor * own[column]!;
    }
  }
  const inverse = new Float32Array(BLOCK * BLOCK);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) inverse[row * BLOCK + column] = a[row * width + column]!;
  }
  return inverse;
}
