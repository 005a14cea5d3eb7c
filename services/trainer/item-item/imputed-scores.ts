import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';

const DONORS_MAX = 50;
/** Makes the most similar donors count most. */
const LIKENESS_EXPONENT = 3;
/** Users with which half of an item's score is its own. */
const HALF_OWN_USERS = 2;
/** Users above which an item is imputed nothing. */
const IMPUTED_USERS_MAX = 20;

/** Scores and counts imputed to items of few engagements, as in `ItemModel`. */
export interface Imputation {
  readonly rows: SparseRows;
  readonly positives: Float32Array<ArrayBuffer>;
  readonly seen: Float32Array<ArrayBuffer>;
}

/** Writes the likeness of an item to every item, shape `[items]`; 0 where that is not known. */
export type LikenessOf = (item: number, into: Float32Array) => void;

/** Users that engaged with each item, users with any event on it, and whether it has weights of its own. */
export interface DonorCounts {
  readonly positives: Int32Array;
  readonly seen: Int32Array;
  isFitted(item: number): boolean;
}

/**
 * Imputes scores and user counts to items with few engagements, from their donors: the items most like them in content
 * that are fitted and well known.
 * @param likenessOf  `undefined` imputes nothing.
 * Cost: O(items) per cold-start item.
 */
export function imputationOf(likenessOf: LikenessOf | undefined, known: DonorCounts): Imputation {
  const { positives, seen } = known;
  const itemCount = positives.length;
  const builder = new SparseRowsBuilder(itemCount);
  const counts = { positives: Float32Array.from(positives), seen: Float32Array.from(seen) };
  if (likenessOf === undefined) return { rows: builder.done(), ...counts };
  const row = new Float32Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const isKnown = positives[item]! > IMPUTED_USERS_MAX;
    if (!isKnown || !known.isFitted(item)) {
      likenessOf(item, row);
      for (let j = 0; j < itemCount; j++) {
        if (j === item || positives[j]! <= IMPUTED_USERS_MAX || !known.isFitted(j)) row[j] = 0;
      }
      // An item without weights of its own has only imputed scores.
      const share = known.isFitted(item) ? HALF_OWN_USERS / (HALF_OWN_USERS + positives[item]!) : 1;
      for (const [j, weight] of donorsIn(row)) {
        builder.add(j, share * weight);
        if (isKnown) continue;
        counts.positives[item]! += share * weight * positives[j]!;
        counts.seen[item]! += share * weight * seen[j]!;
      }
    }
    builder.endRow();
  }
  return { rows: builder.done(), ...counts };
}

/**
 * Donors of each row by likeness alone.
 * @param likeness  Rows by falling likeness, above 0.
 * @returns At most `DONORS_MAX` weights per row, summing to 1.
 */
export function donorRows(likeness: SparseRows): SparseRows {
  const itemCount = likeness.starts.length - 1;
  const builder = new SparseRowsBuilder(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const start = likeness.starts[item]!;
    const end = Math.min(likeness.starts[item + 1]!, start + DONORS_MAX);
    const weights = likeness.values.subarray(start, end).map((value) => value ** LIKENESS_EXPONENT);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [place, weight] of weights.entries()) builder.add(likeness.columns[start + place]!, weight / total);
    builder.endRow();
  }
  return builder.done();
}

/** The donors of one item, by falling likeness, each with its weight; the weights sum to 1. */
function donorsIn(row: Float32Array): readonly (readonly [number, number])[] {
  const top = new TopK(DONORS_MAX);
  for (let j = 0; j < row.length; j++) if (row[j]! > 0) top.offer(j, row[j]!);
  const donors = top.take();
  const total = donors.reduce((sum, j) => sum + row[j]! ** LIKENESS_EXPONENT, 0);
  return Array.from(donors, (j) => [j, row[j]! ** LIKENESS_EXPONENT / total]);
}
