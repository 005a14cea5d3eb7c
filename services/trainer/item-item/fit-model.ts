import type { HistoryCounting, ItemModel } from '@kindred/shared/model/item-model';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { pickColumns, spreadRows } from '../history/item-subset.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { type FitParameters, fitCollaborative } from './collaborative-fit.ts';
import type { ContentModel } from './content-model.ts';
import { type DonorCounts, imputationOf } from './imputed-scores.ts';
import type { PreparedCatalog } from './prepared-catalog.ts';
import { transitionRows } from './transition-rows.ts';

/** A history of a prepared catalog, to be fitted. */
export interface ModelTask {
  readonly catalog: PreparedCatalog;
  /** `undefined` where content says nothing. */
  readonly content: ContentModel | undefined;
  /** One row per user over all items of the catalog. */
  readonly strengths: SparseRows;
  readonly parameters: FitParameters;
  /** Ages of the entries of `strengths`; `undefined` where times do not tell the order of a user's history. */
  readonly ages: Float64Array | undefined;
  readonly counting: HistoryCounting;
}

/**
 * Fits the model of a whole catalog: collaborative weights of the head, and what is imputed to items that few know.
 * @param onStep  Called with the share of the dense fit that is done, in (0, 1].
 * Cost: that of `fitCollaborative` on the head, and O(items) per item that is imputed anything.
 */
export async function fitModel(
  { catalog, content, strengths, ages, parameters, counting }: ModelTask,
  multiply: MatrixProduct,
  onStep: (done: number) => void,
): Promise<ItemModel> {
  const { data, headNumbers, head } = catalog;
  const itemCount = data.items.length;
  const isWhole = headNumbers.length === itemCount;
  const picked = isWhole ? undefined : pickColumns(strengths, headNumbers, itemCount);
  const fitted = await fitCollaborative(
    {
      strengths: picked?.rows ?? strengths,
      ages: picked === undefined ? ages : ages && Float64Array.from(picked.entries, (i) => ages[i]!),
      itemCount: headNumbers.length,
      kernel: head.kernel,
      parameters,
    },
    multiply,
    onStep,
  );
  const { rows: imputed, positives, seen } = imputationOf(content?.likenessOf, donorCounts(strengths, catalog));
  return {
    collaborative: isWhole ? fitted : spreadRows(fitted, headNumbers, itemCount),
    content: content?.rows ?? new SparseRowsBuilder(itemCount).done(),
    imputed,
    positives,
    seen,
    transitions:
      ages === undefined ? new SparseRowsBuilder(itemCount).done() : transitionRows(strengths, ages, itemCount),
    ...counting,
  };
}

function donorCounts(strengths: SparseRows, { data, headNumbers }: PreparedCatalog): DonorCounts {
  const itemCount = data.items.length;
  const isOfHead = new Uint8Array(itemCount);
  for (const item of headNumbers) isOfHead[item] = 1;
  const positives = new Int32Array(itemCount);
  const seen = new Int32Array(itemCount);
  for (const [i, item] of strengths.columns.entries()) {
    seen[item]!++;
    if (strengths.values[i]! > 0) positives[item]!++;
  }
  return { positives, seen, isFitted: (item) => isOfHead[item] === 1 };
}
