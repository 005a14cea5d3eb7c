import { rowCountOf, type SparseRows, SparseRowsBuilder, transposed } from '../numeric/sparse-rows.ts';
import { TopK } from '../numeric/top-k.ts';

/** Dampens users and items of many engagements (α of the paper). */
const DEGREE_EXPONENT = 0.7;
/** Discounts popular ends (β of the paper). */
const POPULARITY_EXPONENT = 0.6;
/** Items kept per row, for serving and training. */
export const CO_ENGAGEMENT_KEPT = 200;
/** Entries of a user's row that are walked: each further one says less and costs more. */
const ITEMS_PER_USER_MAX = 500;

/**
 * Strength with which an item leads to others through shared users: the three-step walk item → user → item, with the
 * popularity of its ends discounted (RP3β).
 *
 * @param engagements  A row a user: the items that they engaged with, with any value above 0; other entries are no engagements.
 * @param keep  How many items of each row are kept: the strongest, ties to the smaller number.
 * @returns Row `i`: what an engagement with item `i` adds to the score of others, by falling weight.
 * Cost: O(Σ items of a user, squared).
 * @see Paudel et al., "Updatable, accurate, diverse, and scalable recommendations", TiiS 2017.
 */
export function coEngagementRows(engagements: SparseRows, itemCount: number, keep: number): SparseRows {
  const ofUsers = positive(engagements);
  const ofItems = transposed(ofUsers, itemCount);
  const userFactors = degreePowers(ofUsers.starts, -DEGREE_EXPONENT);
  const startFactors = degreePowers(ofItems.starts, -DEGREE_EXPONENT);
  const endFactors = degreePowers(ofItems.starts, -POPULARITY_EXPONENT);
  const scores = new Float64Array(itemCount);
  const touched = new Int32Array(itemCount);
  const top = new TopK(keep);
  const builder = new SparseRowsBuilder(itemCount);
  for (let item = 0; item < itemCount; item++) {
    let touchedCount = 0;
    for (let i = ofItems.starts[item]!; i < ofItems.starts[item + 1]!; i++) {
      const user = ofItems.columns[i]!;
      const step = startFactors[item]! * userFactors[user]!;
      for (let j = ofUsers.starts[user]!; j < ofUsers.starts[user + 1]!; j++) {
        const end = ofUsers.columns[j]!;
        if (scores[end] === 0) touched[touchedCount++] = end;
        scores[end] = scores[end]! + step;
      }
    }
    for (let i = 0; i < touchedCount; i++) {
      const end = touched[i]!;
      scores[end] = scores[end]! * endFactors[end]!;
      if (end !== item) top.offer(end, scores[end]!);
    }
    for (const end of top.take()) builder.add(end, scores[end]!);
    for (let i = 0; i < touchedCount; i++) scores[touched[i]!] = 0;
    builder.endRow();
  }
  return builder.done();
}

function positive({ starts, columns, values }: SparseRows): SparseRows {
  const userCount = rowCountOf({ starts, columns, values });
  const builder = new SparseRowsBuilder(userCount);
  for (let user = 0; user < userCount; user++) {
    let count = 0;
    for (let i = starts[user]!; i < starts[user + 1]! && count < ITEMS_PER_USER_MAX; i++) {
      if (values[i]! <= 0) continue;
      builder.add(columns[i]!, values[i]!);
      count++;
    }
    builder.endRow();
  }
  return builder.done();
}

function degreePowers(starts: Int32Array, exponent: number): Float64Array {
  const powers = new Float64Array(starts.length - 1);
  for (let i = 0; i < powers.length; i++) powers[i] = Math.max(1, starts[i + 1]! - starts[i]!) ** exponent;
  return powers;
}
