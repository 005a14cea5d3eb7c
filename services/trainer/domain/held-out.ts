import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/model/sparse-rows';

/** A history without what a model is judged by. */
export interface HeldOut {
  /** What may be learned from: users and items keep their numbers. */
  readonly kept: SparseRows;
  /** What is no candidate for a user: `kept`, and what was hidden besides. */
  readonly known: SparseRows;
  /** Positives that were taken out of `kept`: a row a user. */
  readonly liked: SparseRows;
  /** Items of which nothing is kept, as if they were new: 1, others 0. Empty where none was hidden. */
  readonly hidden: Uint8Array;
}

const HELD_OUT_SHARE = 0.1;

/** Takes a share of each user's positives out, chosen by a hash of the seed, the user and the item. */
export function holdOut(strengths: SparseRows, seed: number, share = HELD_OUT_SHARE): HeldOut {
  const userCount = rowCountOf(strengths);
  const kept = new SparseRowsBuilder(userCount);
  const liked = new SparseRowsBuilder(userCount);
  for (let user = 0; user < userCount; user++) {
    for (let i = strengths.starts[user]!; i < strengths.starts[user + 1]!; i++) {
      const item = strengths.columns[i]!;
      const strength = strengths.values[i]!;
      if (strength > 0 && hashOf(seed, user, item) < share) liked.add(item, strength);
      else kept.add(item, strength);
    }
    kept.endRow();
    liked.endRow();
  }
  const rows = kept.done();
  return { kept: rows, known: rows, liked: liked.done(), hidden: new Uint8Array(0) };
}

/**
 * Takes all rows of a share of the items out of what is kept, as if they were new; what was held out stays to be found.
 * Items that nobody met are not among them.
 */
export function hideItems({ kept, known, liked }: HeldOut, itemCount: number, seed: number, share: number): HeldOut {
  const hidden = new Uint8Array(itemCount);
  const builder = new SparseRowsBuilder(rowCountOf(kept));
  for (let user = 0; user < rowCountOf(kept); user++) {
    for (let i = kept.starts[user]!; i < kept.starts[user + 1]!; i++) {
      const item = kept.columns[i]!;
      if (hashOf(seed, item, 0) < share) hidden[item] = 1;
      else builder.add(item, kept.values[i]!);
    }
    builder.endRow();
  }
  return { kept: builder.done(), known, liked, hidden };
}

/** A number in [0, 1) that follows from the three alone (murmur3's mixing). */
export function hashOf(seed: number, a: number, b: number): number {
  let mixed = (seed ^ Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca77)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
