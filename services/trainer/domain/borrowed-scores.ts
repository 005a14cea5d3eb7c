import { Largest } from '@kindred/shared/model/largest';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/model/sparse-rows';
import type { TiledMatrix } from './tiled-matrix.ts';

const LENDERS_MAX = 50;
/** Makes the most alike lend most. */
const LIKENESS_EXPONENT = 3;
/** With so many users an item stands half on its own. */
const HALF_OWN_USERS = 2;
/** With more users than this it borrows nothing. */
const BORROWING_USERS_MAX = 20;

/** What items of few engagements take from others, as `ItemModel` has it. */
export interface Borrowing {
  readonly rows: SparseRows;
  readonly positives: Float32Array<ArrayBuffer>;
  readonly seen: Float32Array<ArrayBuffer>;
}

/**
 * Lets items that few users engaged with borrow from those most like them in content: scores, and counts of users.
 * @param positives  Users that engaged with each item; `seen` those with any event on it.
 */
export function borrowing(kernel: TiledMatrix | undefined, positives: Int32Array, seen: Int32Array): Borrowing {
  const itemCount = positives.length;
  const builder = new SparseRowsBuilder(itemCount);
  const counts = { positives: Float32Array.from(positives), seen: Float32Array.from(seen) };
  if (kernel === undefined) return { rows: builder.done(), ...counts };
  const row = new Float32Array(itemCount);
  const largest = new Largest(LENDERS_MAX);
  for (let item = 0; item < itemCount; item++) {
    if (positives[item]! <= BORROWING_USERS_MAX) {
      kernel.row(item, row);
      for (let j = 0; j < itemCount; j++) {
        if (j !== item && row[j]! > 0 && positives[j]! > BORROWING_USERS_MAX) largest.offer(j, row[j]!);
      }
      const lenders = largest.take();
      const total = lenders.reduce((sum, j) => sum + row[j]! ** LIKENESS_EXPONENT, 0);
      const share = HALF_OWN_USERS / (HALF_OWN_USERS + positives[item]!);
      for (const j of lenders) {
        const weight = (share * row[j]! ** LIKENESS_EXPONENT) / total;
        builder.add(j, weight);
        counts.positives[item]! += weight * positives[j]!;
        counts.seen[item]! += weight * seen[j]!;
      }
    }
    builder.endRow();
  }
  return { rows: builder.done(), ...counts };
}
