import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { type InteractionTimes, interactionTimesAt, type TrainingData } from '../history/training-data.ts';

/** A history without what a model is judged by. */
export interface HeldOut {
  /** What may be learned from: users and items keep their numbers. */
  readonly kept: SparseRows;
  /** Of the entries of `kept`, where times tell what came when: their ages count from the cut. */
  readonly keptInteractionTimes: InteractionTimes | undefined;
  /** What is no candidate for a user: `kept`, and what was hidden besides. */
  readonly known: SparseRows;
  /** Positives that were taken out of `kept`: a row a user. The value is what finding it is worth, above 0. */
  readonly liked: SparseRows;
  /** Of each item: whether anybody has an event on it, before or after: 1, else 0. */
  readonly isMet: Uint8Array;
  /** Of each item: whether it was met and nothing of it is kept, as if it were new: 1, else 0. */
  readonly hidden: Uint8Array;
}

/** Of the positives. */
export const HELD_OUT_SHARE = 0.1;
/** The share of positives after the cut may be this far off before times are taken to tell nothing. */
const CUT_SHARE = { min: 0.05, max: 0.2 } as const;
/** Users whom something is known of on both sides of the cut: with fewer it is no ground to stand on. */
const CUT_USERS_MIN = 400;
/** What an item that stood far down counts more than one on top, at most. */
const POSITION_WORTH_MAX = 5;

/**
 * Takes about a tenth of the positives out: the latest, as whoever serves is asked for what comes next; where times tell
 * too little, a share of each user's, chosen by a hash of the seed, the user and the item.
 */
export function holdOut(data: TrainingData, seed: number): HeldOut {
  return afterCut(data) ?? hashed(data, seed);
}

function hashed({ items, strengths, interactionTimes }: TrainingData, seed: number): HeldOut {
  const positions = interactionTimes?.positions;
  return split({ strengths, itemCount: items.length, positions }, (i, user) =>
    strengths.values[i]! > 0 && hashOf(seed, user, strengths.columns[i]!) < HELD_OUT_SHARE ? 'later' : 'before',
  ).held;
}

/** All users' positives after one moment. @returns `undefined` where times tell too little. */
function afterCut({ items, strengths, interactionTimes }: TrainingData): HeldOut | undefined {
  if (interactionTimes === undefined) return undefined;
  const { ages } = interactionTimes;
  const positiveAges = ages.filter((_, i) => strengths.values[i]! > 0).sort();
  const cut = positiveAges[Math.floor(HELD_OUT_SHARE * positiveAges.length)] ?? 0;
  // What is imported without times came all at once.
  const laterShare = positiveAges.findIndex((age) => age >= cut) / Math.max(1, positiveAges.length);
  if (laterShare < CUT_SHARE.min || laterShare > CUT_SHARE.max) return undefined;
  const { held, entries } = split({ strengths, itemCount: items.length, positions: interactionTimes.positions }, (i) =>
    ages[i]! < cut ? 'later' : 'before',
  );
  let userCount = 0;
  for (let user = 0; user < rowCountOf(strengths); user++) {
    const hasLiked = held.liked.starts[user + 1]! > held.liked.starts[user]!;
    const kept = held.kept.values.subarray(held.kept.starts[user], held.kept.starts[user + 1]);
    if (hasLiked && kept.some((strength) => strength > 0)) userCount++;
  }
  if (userCount < CUT_USERS_MIN) return undefined;
  const keptInteractionTimes = interactionTimesAt(interactionTimes, entries)!;
  return {
    ...held,
    keptInteractionTimes: { ...keptInteractionTimes, ages: keptInteractionTimes.ages.map((age) => age - cut) },
  };
}

/** @param sideOf  Of an entry of a user: what is before is kept, and what was liked later is to be found. */
function split(
  history: {
    readonly strengths: SparseRows;
    readonly itemCount: number;
    readonly positions: Float32Array | undefined;
  },
  sideOf: (entry: number, user: number) => 'before' | 'later',
): { readonly held: HeldOut; readonly entries: readonly number[] } {
  const { strengths, itemCount, positions } = history;
  const userCount = rowCountOf(strengths);
  const kept = new SparseRowsBuilder(userCount);
  const liked = new SparseRowsBuilder(userCount);
  const entries: number[] = [];
  for (let user = 0; user < userCount; user++) {
    for (let i = strengths.starts[user]!; i < strengths.starts[user + 1]!; i++) {
      const item = strengths.columns[i]!;
      const strength = strengths.values[i]!;
      if (sideOf(i, user) === 'later') {
        if (strength > 0) liked.add(item, worthAt(positions?.[i] ?? 0));
        continue;
      }
      kept.add(item, strength);
      entries.push(i);
    }
    kept.endRow();
    liked.endRow();
  }
  const rows = kept.done();
  const isMet = marked(strengths.columns, itemCount);
  const held = {
    ...{ kept: rows, keptInteractionTimes: undefined, known: rows, liked: liked.done(), isMet },
    hidden: notKept(isMet, rows),
  };
  return { held, entries };
}

/**
 * What was liked far down a slate counts more: few looked so far. By one over the chance that a rank is looked at, taken
 * to fall as `1 / log2(1 + rank)`; where the rank is not known it counts as one on top.
 */
function worthAt(position: number): number {
  return position < 1 ? 1 : Math.min(POSITION_WORTH_MAX, Math.log2(1 + position));
}

/**
 * Takes all rows of a share of the items out of what is kept, as if they were new; what was held out stays to be found.
 * Items that nobody met are not among them.
 */
export function hideItems(held: HeldOut, seed: number, share: number): HeldOut {
  const { kept } = held;
  const builder = new SparseRowsBuilder(rowCountOf(kept));
  const entries: number[] = [];
  for (let user = 0; user < rowCountOf(kept); user++) {
    for (let i = kept.starts[user]!; i < kept.starts[user + 1]!; i++) {
      const item = kept.columns[i]!;
      if (hashOf(seed, item, 0) < share) continue;
      builder.add(item, kept.values[i]!);
      entries.push(i);
    }
    builder.endRow();
  }
  const rows = builder.done();
  const keptInteractionTimes = interactionTimesAt(held.keptInteractionTimes, entries);
  return { ...held, kept: rows, keptInteractionTimes, hidden: notKept(held.isMet, rows) };
}

function marked(items: Int32Array, itemCount: number): Uint8Array {
  const isMarked = new Uint8Array(itemCount);
  for (const item of items) isMarked[item] = 1;
  return isMarked;
}

function notKept(isMet: Uint8Array, { columns }: SparseRows): Uint8Array {
  const isKept = marked(columns, isMet.length);
  return isMet.map((met, item) => (met === 1 && isKept[item] === 0 ? 1 : 0));
}

/** A number in [0, 1) that follows from the three alone (murmur3's mixing). */
export function hashOf(seed: number, a: number, b: number): number {
  let mixed = (seed ^ Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca77)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
