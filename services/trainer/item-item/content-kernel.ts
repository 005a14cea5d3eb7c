import { type SparseRows, transposed } from '@kindred/shared/numeric/sparse-rows';
import type { Embeddings } from '../history/training-data.ts';
import { addGram, addInnerProducts } from '../matrix/gram.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { type TiledMatrix, tiledMatrix } from '../matrix/tiled-matrix.ts';
import type { ContentFeatures } from './content-features.ts';

/**
 * How alike items are by what they are made of, in [−1, 1]: the mean of the cosines of their groups of words and of their
 * embeddings, over the groups that they have (√ of both counts); 1 on the diagonal, 0 for an item without any.
 * @param embeddings  Centred, unit length.
 */
export async function contentKernel(
  features: ContentFeatures,
  embeddings: Embeddings | undefined,
  multiply: MatrixProduct,
): Promise<TiledMatrix> {
  const size = features.groupCounts.length;
  const scales = contentScales(features, embeddings);
  const matrix = tiledMatrix(size);
  addGram(matrix, transposed(scaled(features.rows, scales), features.wordCount));
  if (embeddings !== undefined) await addInnerProducts(matrix, embeddings, scales, multiply);
  return matrix;
}

/** What each item's groups are scaled by: one over the root of how many it has. */
export function contentScales({ groupCounts }: ContentFeatures, embeddings: Embeddings | undefined): Float32Array {
  return Float32Array.from(groupCounts, (count, item) => {
    const total = count + (embeddings !== undefined && hasEmbedding(embeddings, item) ? 1 : 0);
    return total === 0 ? 0 : 1 / Math.sqrt(total);
  });
}

function hasEmbedding({ dimensions, vectors }: Embeddings, item: number): boolean {
  return vectors.subarray(item * dimensions, (item + 1) * dimensions).some((value) => value !== 0);
}

function scaled({ starts, columns, values }: SparseRows, scales: Float32Array): SparseRows {
  const changed = values.slice();
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) changed[i] = changed[i]! * scales[row]!;
  }
  return { starts, columns, values: changed };
}
