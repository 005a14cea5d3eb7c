import { addRow, type SparseRows, SparseRowsBuilder, transposed } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { addPowers, type TiledMatrix, tiledMatrix } from '../matrix/tiled-matrix.ts';
import { fitItemItem } from './ease.ts';

export const CONTENT_KEPT = 100;
/** Makes the nearest count most. */
const CONTENT_EXPONENT = 2;
const CONTENT_LAMBDA = 1;
/** Weight of an item of the tail beside its donors', as one of them leads to the next. */
const OWN_WEIGHT = 0.25;

/**
 * Rows from each item to others by content alone: EASE over the kernel, the weights that best reconstruct each item's
 * likenesses from the others'. Two items that are alike in what they share with many others lead to each other less than
 * two that are alike in what is their own.
 * @returns At most `CONTENT_KEPT` weights per item, by falling weight; no rows without a kernel.
 * Cost: O(items³) in `multiply`, memory `2·items²` bytes beside the kernel.
 */
export async function contentRowsOf(
  kernel: TiledMatrix | undefined,
  itemCount: number,
  multiply: MatrixProduct,
): Promise<SparseRows> {
  if (kernel === undefined) return new SparseRowsBuilder(itemCount).done();
  const sharpened = tiledMatrix(itemCount);
  addPowers(sharpened, kernel, CONTENT_EXPONENT);
  return fitItemItem(sharpened, { lambda: CONTENT_LAMBDA, keep: CONTENT_KEPT, added: undefined }, multiply);
}

/**
 * Extends the rows of a head to a tail and from it: an item of the tail is led to by all that leads to its donors, and
 * leads to its donors, to all that they lead to, and to other items of the tail with the same donors.
 * @param content  Rows of the head, by the numbers of the catalog.
 * @param donors  One row per item of the tail: weights that sum to 1; empty for the head.
 * @param keep  Entries of each row, at most.
 * Cost: O(items²) and the entries that are added up; memory for the entries kept.
 */
export function withTail(content: SparseRows, donors: SparseRows, keep: number): SparseRows {
  const itemCount = content.starts.length - 1;
  const recipients = transposed(donors, itemCount);
  const builder = new SparseRowsBuilder(itemCount);
  const row = new Float32Array(itemCount);
  const top = new TopK(keep);
  for (let item = 0; item < itemCount; item++) {
    row.fill(0);
    addRow(content, item, 1, row);
    addRow(recipients, item, OWN_WEIGHT, row);
    for (let i = content.starts[item]!; i < content.starts[item + 1]!; i++) {
      addRow(recipients, content.columns[i]!, content.values[i]!, row);
    }
    addRow(donors, item, OWN_WEIGHT, row);
    for (let i = donors.starts[item]!; i < donors.starts[item + 1]!; i++) {
      addRow(content, donors.columns[i]!, donors.values[i]!, row);
      addRow(recipients, donors.columns[i]!, OWN_WEIGHT * donors.values[i]!, row);
    }
    for (let other = 0; other < itemCount; other++) {
      if (other !== item && row[other]! > 0) top.offer(other, row[other]!);
    }
    for (const other of top.take()) builder.add(other, row[other]!);
    builder.endRow();
  }
  return builder.done();
}
