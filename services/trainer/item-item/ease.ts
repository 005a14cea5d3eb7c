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
 * @param keep  Weights kept per row: the largest above 0, as weights below 0 cost more than they tell.
 * @param added  Added to the weights before the largest are chosen.
 * @param onStep  Called with the share that is done, in (0, 1].
 * @returns Row `i`: the addition of an engagement with item `i` to the score of others, by falling weight.
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
  for (let i = 0; i < size; i++) gram.add(i, i, lambda);
  await negateInverse(gram, multiply, onStep);
  const diagonal = Float32Array.from({ length: size }, (_, i) => gram.at(i, i));
  return largestOfRows(gram, keep, added, (row, extra) => {
    for (let j = 0; j < size; j++) row[j] = -row[j]! / diagonal[j]! + (extra?.[j] ?? 0);
  });
}

/**
 * The largest elements above 0 of each row, without the diagonal.
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
      for (let j = 0; j < size; j++) if (j !== i && row[j]! > 0) top.offer(j, row[j]!);
      for (const j of top.take()) builder.add(j, row[j]!);
      builder.endRow();
    }
  }
  return builder.done();
}
