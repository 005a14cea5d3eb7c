import { type SparseRows, transposed } from '@kindred/shared/numeric/sparse-rows';
import type { Embeddings, TrainingData } from '../history/training-data.ts';
import { addGram, addInnerProducts } from '../matrix/gram.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { type TiledMatrix, tiledMatrix } from '../matrix/tiled-matrix.ts';
import { centredEmbeddings } from './centred-embeddings.ts';
import { type ContentFeatures, contentFeatures } from './content-features.ts';

/** Words and embeddings of items, one row per item in each. */
export interface ItemContent {
  readonly features: ContentFeatures;
  /** Centred, unit length; `undefined` where no item has one. */
  readonly embeddings: Embeddings | undefined;
}

/** @returns `undefined` where no item has words or an embedding. */
export function itemContentOf({ fields, embeddings }: TrainingData): ItemContent | undefined {
  const features = contentFeatures(fields);
  if (embeddings === undefined && features.wordCount === 0) return undefined;
  return { features, embeddings: embeddings && centredEmbeddings(embeddings) };
}

/** The content kernel of all items of some data; `undefined` where content says nothing. */
export async function kernelOf(data: TrainingData, multiply: MatrixProduct): Promise<TiledMatrix | undefined> {
  const content = itemContentOf(data);
  return content && contentKernel(content, multiply);
}

/**
 * Likeness of items by what they are made of, in [−1, 1]: the mean of the cosines of their groups of words and of their
 * embeddings, over the groups that they have (√ of both counts); 1 on the diagonal, 0 for an item without any.
 */
export async function contentKernel(content: ItemContent, multiply: MatrixProduct): Promise<TiledMatrix> {
  const { features, embeddings } = content;
  const scales = contentScales(content);
  const matrix = tiledMatrix(features.groupCounts.length);
  addGram(matrix, transposed(scaled(features.rows, scales), features.wordCount));
  if (embeddings !== undefined) await addInnerProducts(matrix, embeddings, scales, multiply);
  return matrix;
}

/** Scale of each item's groups, shape `[items]`: one over the root of how many it has, its embedding being one; 0 for none. */
export function contentScales({ features, embeddings }: ItemContent): Float32Array {
  return Float32Array.from(features.groupCounts, (count, item) => {
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
