import { TRANSITION_DECAY, TRANSITION_STEPS } from '@kindred/shared/model/item-model';
import { CO_ENGAGEMENT_KEPT } from '@kindred/shared/model/rp3beta';
import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';

/** Dampens items that many transitions start from, and those that many users engaged with. */
const START_EXPONENT = 0.5;
const END_EXPONENT = 0.3;
/** Later items that one item of a user leads to, at most: a large purchase at one moment says little about each pair. */
const FOLLOWERS_MAX = 100;
/** Latest liked items of a user that count. */
const ITEMS_PER_USER_MAX = 500;

/**
 * Weights from each item to those that users liked after it: a user's items at most `TRANSITION_STEPS` moments later, each
 * step counting `TRANSITION_DECAY` of the one before. Items of one moment do not lead to one another.
 *
 * @param strengths  As in `TrainingData`.
 * @param ages  Days back from any one moment, one for each entry of `strengths`.
 * @returns Row `i`: at most `CO_ENGAGEMENT_KEPT` weights above 0, by falling weight, ties to the smaller number.
 * Cost: O(liked items · followers), and 8 bytes for each such pair.
 */
export function transitionRows(strengths: SparseRows, ages: Float64Array, itemCount: number): SparseRows {
  const pairs = pairsOf(strengths, ages, itemCount);
  const likes = new Int32Array(itemCount);
  for (const [i, item] of strengths.columns.entries()) if (strengths.values[i]! > 0) likes[item]!++;
  const sums = new Float64Array(itemCount);
  const weights = new Float64Array(itemCount);
  const top = new TopK(CO_ENGAGEMENT_KEPT);
  const builder = new SparseRowsBuilder(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const start = pairs.starts[item]!;
    const end = pairs.starts[item + 1]!;
    for (let i = start; i < end; i++) sums[pairs.columns[i]!]! += pairs.values[i]!;
    for (let i = start; i < end; i++) {
      const next = pairs.columns[i]!;
      if (sums[next] === 0) continue;
      const weight = sums[next]! / (likes[item]! ** START_EXPONENT * likes[next]! ** END_EXPONENT);
      sums[next] = 0;
      top.offer(next, weight);
      weights[next] = weight;
    }
    for (const next of top.take()) builder.add(next, weights[next]!);
    builder.endRow();
  }
  return builder.done();
}

/** Every pair of a user's item and a later one, by the earlier one, with the weight of their steps. */
function pairsOf(strengths: SparseRows, ages: Float64Array, itemCount: number): SparseRows {
  const starts = new Int32Array(itemCount + 1);
  eachPair(strengths, ages, (item) => starts[item + 1]!++);
  for (let item = 0; item < itemCount; item++) starts[item + 1]! += starts[item]!;
  const next = starts.slice();
  const columns = new Int32Array(starts[itemCount]!);
  const values = new Float32Array(columns.length);
  eachPair(strengths, ages, (item, follower, steps) => {
    const place = next[item]!++;
    columns[place] = follower;
    values[place] = TRANSITION_DECAY ** (steps - 1);
  });
  return { starts, columns, values };
}

/** @param found  Called with an item, one that the user liked after it, and the number of steps between them, at least 1. */
function eachPair(
  strengths: SparseRows,
  ages: Float64Array,
  found: (item: number, follower: number, steps: number) => void,
): void {
  for (let user = 0; user < rowCountOf(strengths); user++) {
    const entries = likedEntries(strengths, ages, user);
    for (let place = 0; place < entries.length; place++) {
      const item = strengths.columns[entries[place]!]!;
      let steps = 0;
      let age = ages[entries[place]!]!;
      // Latest first: later ones stand before.
      for (let later = place - 1; later >= Math.max(0, place - FOLLOWERS_MAX); later--) {
        const laterAge = ages[entries[later]!]!;
        if (laterAge !== age) steps++;
        age = laterAge;
        if (steps > TRANSITION_STEPS) break;
        if (steps > 0) found(item, strengths.columns[entries[later]!]!, steps);
      }
    }
  }
}

/** Entries of the latest items that a user liked, latest first, ties by item. */
function likedEntries({ starts, values }: SparseRows, ages: Float64Array, user: number): readonly number[] {
  const entries: number[] = [];
  for (let i = starts[user]!; i < starts[user + 1]!; i++) if (values[i]! > 0) entries.push(i);
  return entries.sort((a, b) => ages[a]! - ages[b]! || a - b).slice(0, ITEMS_PER_USER_MAX);
}
