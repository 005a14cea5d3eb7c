import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { mostLiked, pickItems } from '../history/item-subset.ts';
import type { TrainingData } from '../history/training-data.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import type { TiledMatrix } from '../matrix/tiled-matrix.ts';
import { itemContentOf, kernelOf } from './content-kernel.ts';
import { tailLikeness } from './tail-likeness.ts';

/** With more items the dense matrix would be too large (2·items² bytes) and its inverse too slow: the most liked are fitted. */
export const DENSE_ITEMS_MAX = 20_000;
/** Likenesses kept per item of the tail: more than become donors, as not all may. */
const TAIL_LIKENESSES_KEPT = 100;

/** Items that a dense fit takes, numbered from 0. */
export interface DenseItems {
  readonly data: TrainingData;
  /** Likeness by content of each pair; `undefined` where content says nothing. */
  readonly kernel: TiledMatrix | undefined;
}

/** A catalog with all that is computed from it once for every step of a training. */
export interface PreparedCatalog {
  readonly data: TrainingData;
  /** Numbers of the items that a dense fit takes, rising: all, or the most liked. */
  readonly headNumbers: readonly number[];
  /** The items of the head alone, numbered from 0; its data is `data` itself where they are all. */
  readonly head: DenseItems;
  /** Likeness of the other items to those of the head, as `tailLikeness`; `undefined` where there are none, or no content. */
  readonly tailLikeness: SparseRows | undefined;
}

/**
 * Splits a catalog into the head, which is fitted, and the tail, known by the items of the head that it is like.
 * @param headMax  Items of the head, at most.
 * Cost: O(head² · dimensions + tail · head · dimensions) in `multiply`; memory `2·head²` bytes, and 800 bytes per item of
 * the tail.
 */
export async function prepareCatalog(
  data: TrainingData,
  headMax: number,
  multiply: MatrixProduct,
): Promise<PreparedCatalog> {
  const itemCount = data.items.length;
  const headNumbers = mostLiked(data, headMax);
  const isWhole = headNumbers.length === itemCount;
  const head = await denseItems(isWhole ? data : pickItems(data, headNumbers), multiply);
  const content = isWhole || head.kernel === undefined ? undefined : itemContentOf(data);
  if (content === undefined) return { data, headNumbers, head, tailLikeness: undefined };
  const isOfHead = new Uint8Array(itemCount);
  for (const item of headNumbers) isOfHead[item] = 1;
  const parts = { head: headNumbers, tail: [...data.items.keys()].filter((item) => isOfHead[item] === 0) };
  const likeness = await tailLikeness(parts, content, TAIL_LIKENESSES_KEPT, multiply);
  return { data, headNumbers, head, tailLikeness: likeness };
}

/** All items of some data, for a dense fit. Cost: O(items² · dimensions) in `multiply`; memory `2·items²` bytes. */
export async function denseItems(data: TrainingData, multiply: MatrixProduct): Promise<DenseItems> {
  return { data, kernel: await kernelOf(data, multiply) };
}
