import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { interactionTimesAt } from './interaction-times.ts';
import type { TrainingData } from './training-data.ts';

/**
 * The items that most users liked, at most `countMax`, ties to the smaller number.
 * @returns Numbers, rising.
 */
export function mostLiked({ items, strengths }: TrainingData, countMax: number): readonly number[] {
  const likes = new Int32Array(items.length);
  for (const [i, item] of strengths.columns.entries()) if (strengths.values[i]! > 0) likes[item]!++;
  return [...items.keys()]
    .sort((a, b) => likes[b]! - likes[a]! || a - b)
    .slice(0, countMax)
    .sort((a, b) => a - b);
}

/**
 * The data of some items alone, numbered from 0 in their order; users keep their rows.
 * @param chosen  Numbers, rising.
 */
export function pickItems(data: TrainingData, chosen: readonly number[]): TrainingData {
  const { rows: strengths, entries } = pickColumns(data.strengths, chosen, data.items.length);
  const { dimensions, vectors } = data.embeddings ?? { dimensions: 0, vectors: new Float32Array(0) };
  const picked = new Float32Array(chosen.length * dimensions);
  for (const [number, item] of chosen.entries()) {
    picked.set(vectors.subarray(item * dimensions, (item + 1) * dimensions), number * dimensions);
  }
  return {
    items: chosen.map((item) => data.items[item]!),
    fields: chosen.map((item) => data.fields[item]!),
    embeddings: data.embeddings && { dimensions, vectors: picked },
    strengths,
    interactionTimes: interactionTimesAt(data.interactionTimes, entries),
  };
}

/**
 * Some columns alone, numbered from 0 in their order.
 * @param chosen  Columns, rising.
 * @returns All rows, and the place of each of their entries among those of the whole.
 */
export function pickColumns(
  { starts, columns, values }: SparseRows,
  chosen: readonly number[],
  columnCount: number,
): { readonly rows: SparseRows; readonly entries: readonly number[] } {
  const numberOf = new Int32Array(columnCount).fill(-1);
  for (const [number, item] of chosen.entries()) numberOf[item] = number;
  const builder = new SparseRowsBuilder(starts.length - 1);
  const entries: number[] = [];
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      const number = numberOf[columns[i]!]!;
      if (number < 0) continue;
      builder.add(number, values[i]!);
      entries.push(i);
    }
    builder.endRow();
  }
  return { rows: builder.done(), entries };
}

/**
 * Turns rows from some items to one another into rows from all items to all; those of the other items are empty.
 * @param chosen  Numbers of the items, rising.
 */
export function spreadRows(rows: SparseRows, chosen: readonly number[], itemCount: number): SparseRows {
  const builder = new SparseRowsBuilder(itemCount);
  let place = 0;
  for (let item = 0; item < itemCount; item++) {
    if (chosen[place] === item && place < rowCountOf(rows)) {
      for (let i = rows.starts[place]!; i < rows.starts[place + 1]!; i++) {
        builder.add(chosen[rows.columns[i]!]!, rows.values[i]!);
      }
      place++;
    }
    builder.endRow();
  }
  return builder.done();
}
