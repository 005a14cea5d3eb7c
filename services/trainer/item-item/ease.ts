import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { negateInverse } from '../matrix/sweep-operator.ts';
import { type Strips, TILE, type TiledMatrix } from '../matrix/tiled-matrix.ts';

/**
 * Fits the item–item weights that best reconstruct users' engagements from their other ones (EASE): with `P = (G + λI)⁻¹`
 * the weight from item `i` to item `j` is `−P_ij / P_jj`, and none to itself.
 *
 * @param gram  How items come together, `G`; overwritten.
 * @param lambda  Regularisation `λ`, above 0, in units of `gram`: larger draws all weights to 0.
 * @param keep  Weights kept per row: the largest by magnitude, of both signs. Where popularity is skewed, the weights below
 * 0 carry a tenth of the quality.
 * @param added  Added to the weights before the largest are chosen.
 * @param onStep  Called with the share that is done, in (0, 1].
 * @returns Row `i`: the addition of an engagement with item `i` to the score of others, by falling magnitude.
 * Cost: O(items³) in `multiply`; no further memory but the result.
 * @see Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019.
 */
export async function fitItemItem(
  gram: TiledMatrix,
  { lambda, keep, added }: { readonly lambda: number; readonly keep: number; readonly added: Strips | undefined },
  multiply: MatrixProduct,
  onStep?: (done: number) => void,
): Promise<SparseRows> {
  const { size } = gram;
  await negatedInverse(gram, lambda, multiply, onStep);
  const diagonal = Float32Array.from({ length: size }, (_, i) => gram.at(i, i));
  return largestOfRows(gram, keep, added, (row, extra) => {
    for (let j = 0; j < size; j++) row[j] = -row[j]! / diagonal[j]! + (extra?.[j] ?? 0);
  });
}

/**
 * Turns a Gram matrix `G` into `−(G + λI)⁻¹` in its place: all weights of EASE, each times the diagonal element of its column.
 * Cost: O(items³) in `multiply`; no further memory.
 */
export async function negatedInverse(
  gram: TiledMatrix,
  lambda: number,
  multiply: MatrixProduct,
  onStep?: (done: number) => void,
): Promise<void> {
  for (let i = 0; i < gram.size; i++) gram.add(i, i, lambda);
  await negateInverse(gram, multiply, onStep);
}

/**
 * The elements of largest magnitude of each row, without the diagonal.
 * @param change  Called with a copy of each row, which it may change, and the row of `added`.
 */
async function largestOfRows(
  matrix: TiledMatrix,
  keep: number,
  added: Strips | undefined,
  change: (row: Float32Array, extra: Float32Array | undefined) => void,
): Promise<SparseRows> {
  const { size } = matrix;
  const row = new Float32Array(size);
  const top = new TopK(keep);
  const builder = new SparseRowsBuilder(size);
  for (let first = 0; first < size; first += TILE) {
    const strip = await added?.(first / TILE);
    for (let i = first; i < Math.min(size, first + TILE); i++) {
      matrix.row(i, row);
      change(row, strip?.subarray((i - first) * size, (i - first + 1) * size));
      for (let j = 0; j < size; j++) if (j !== i && row[j] !== 0) top.offer(j, Math.abs(row[j]!));
      for (const j of top.take()) builder.add(j, row[j]!);
      builder.endRow();
    }
  }
  return builder.done();
}
