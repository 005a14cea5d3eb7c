import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { pickItems, spreadRows } from '../history/item-subset.ts';
import type { TrainingData } from '../history/training-data.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import type { TiledMatrix } from '../matrix/tiled-matrix.ts';
import { contentFeatures } from './content-features.ts';
import { CONTENT_KEPT, centredEmbeddings, contentRowsOf, kernelOf } from './fit-model.ts';
import { donatedBy, type LikenessOf } from './imputed-scores.ts';
import { tailLikeness, withTail } from './tail.ts';

/** What the content of a catalog's items says of them. */
export interface ContentModel {
  /** Between the items of the head, by their numbers in it. */
  readonly kernel: TiledMatrix;
  /** What each item of the catalog leads to. */
  readonly rows: SparseRows;
  readonly likenessOf: LikenessOf;
}

/** Likes of each item of the tail: more than donate, as not all may. */
const TAIL_LIKES = 100;

/**
 * @param head  Items that a dense fit takes, rising: all, or the most liked. The others are known by those of the head that
 * they are like.
 * @returns `undefined` where content says nothing.
 */
export async function contentModelOf(
  data: TrainingData,
  head: readonly number[],
  multiply: MatrixProduct,
): Promise<ContentModel | undefined> {
  const itemCount = data.items.length;
  const isWhole = head.length === itemCount;
  const kernel = await kernelOf(isWhole ? data : pickItems(data, head), multiply);
  if (kernel === undefined) return undefined;
  const ofHead = await contentRowsOf(kernel, head.length, multiply);
  if (isWhole) return { kernel, rows: ofHead, likenessOf: (item, into) => kernel.row(item, into) };
  const numbers = new Int32Array(itemCount).fill(-1);
  for (const [number, item] of head.entries()) numbers[item] = number;
  const parts = { head, tail: [...numbers.keys()].filter((item) => numbers[item] === -1) };
  const content = {
    features: contentFeatures(data.fields),
    embeddings: data.embeddings && centredEmbeddings(data.embeddings),
  };
  const likeness = await tailLikeness(parts, content, TAIL_LIKES, multiply);
  const row = new Float32Array(head.length);
  return {
    kernel,
    rows: withTail(spreadRows(ofHead, head, itemCount), donatedBy(likeness), 2 * CONTENT_KEPT),
    likenessOf: (item, into) => {
      into.fill(0);
      if (numbers[item] === -1) return addRow(likeness, item, 1, into);
      kernel.row(numbers[item]!, row);
      for (const [number, other] of head.entries()) into[other] = row[number]!;
    },
  };
}
