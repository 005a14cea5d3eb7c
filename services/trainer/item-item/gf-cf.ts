import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { leadingRightVectors } from '../matrix/subspace-iteration.ts';
import { type Strips, TILE } from '../matrix/tiled-matrix.ts';

/** The directions in which a catalog's engagements vary most: an ideal low-pass filter over items. */
export interface Spectrum {
  readonly rank: number;
  /** Shape `[items, rank]`, orthonormal columns. */
  readonly basis: Float32Array;
  /** The square root of each item's summed squared weights; 0 for an item without engagements. */
  readonly lengths: Float32Array;
}

/**
 * The leading right singular vectors of the engagements, each item scaled to unit length.
 * @param weights  One row per user, one column per item.
 * Cost: that of `leadingRightVectors`.
 * @see Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021 (GF-CF): the ideal low-pass filter.
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
  const basis = await leadingRightVectors(scaled, itemCount, rank, multiply);
  return { rank: Math.min(rank, itemCount), basis, lengths };
}

/**
 * The filter as item–item weights, `factor · (length_j / length_i) · Σ_r u_ir·u_jr`.
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
