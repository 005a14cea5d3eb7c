import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { negateInverse } from '../matrix/sweep-operator.ts';
import { TILE, type TiledMatrix } from '../matrix/tiled-matrix.ts';

/** Numbers for each pair of items that come a strip of `TILE` rows at a time, shape `[TILE, size]`. */
export type Strips = (strip: number) => Promise<Float32Array>;

/**
 * Fits the item–item weights that best reconstruct users' engagements from their other ones (EASE): with `P = (G + λI)⁻¹`
 * the weight from item `i` to item `j` is `−P_ij / P_jj`, and none to itself.
 *
 * @param gram  How items come together, `G`; it is used up.
 * @param added  What is added to the weights before the largest are chosen.
 * @param keep  How many weights of each row are kept: the largest above 0; those below 0 only cost.
 * @returns Row `i`: what an engagement with item `i` adds to the score of others, by falling weight.
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
 * The largest elements above 0 of each row, without those on the diagonal.
 * @param change  Changes a row, given as a copy with what `added` has for it, before it is looked at.
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
