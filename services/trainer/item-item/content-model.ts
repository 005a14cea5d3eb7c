import { addRow, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { spreadRows } from '../history/item-subset.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import type { TiledMatrix } from '../matrix/tiled-matrix.ts';
import { CONTENT_KEPT, contentRowsOf, withTail } from './content-rows.ts';
import { donorRows, type LikenessOf } from './imputed-scores.ts';
import type { PreparedCatalog } from './prepared-catalog.ts';

/** Knowledge of a catalog's items by their content alone; items by number. */
export interface ContentModel {
  /** Rows from each item to others. */
  readonly rows: SparseRows;
  readonly likenessOf: LikenessOf;
}

/**
 * The content model of a catalog: EASE over the content of the head, extended to the tail.
 * @returns `undefined` where content says nothing.
 * Cost: O(head³) in `multiply`, and O(items²) where there is a tail.
 */
export async function contentModelOf(
  { data, headNumbers, head, tailLikeness }: PreparedCatalog,
  multiply: MatrixProduct,
): Promise<ContentModel | undefined> {
  const { kernel } = head;
  if (kernel === undefined) return undefined;
  const ofHead = await contentRowsOf(kernel, headNumbers.length, multiply);
  if (tailLikeness === undefined) return { rows: ofHead, likenessOf: (item, into) => kernel.row(item, into) };
  const spread = spreadRows(ofHead, headNumbers, data.items.length);
  return {
    rows: withTail(spread, donorRows(tailLikeness), 2 * CONTENT_KEPT),
    likenessOf: likenessToHead(kernel, headNumbers, tailLikeness),
  };
}

/** Likeness of any item of the catalog to those of the head; 0 to all others. */
function likenessToHead(kernel: TiledMatrix, headNumbers: readonly number[], tailLikeness: SparseRows): LikenessOf {
  const numberInHead = new Map(headNumbers.map((item, number) => [item, number]));
  const row = new Float32Array(headNumbers.length);
  return (item, into) => {
    into.fill(0);
    const number = numberInHead.get(item);
    if (number === undefined) return addRow(tailLikeness, item, 1, into);
    kernel.row(number, row);
    for (const [place, other] of headNumbers.entries()) into[other] = row[place]!;
  };
}
