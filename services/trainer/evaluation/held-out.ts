import { rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { type InteractionTimes, interactionTimesAt } from '../history/interaction-times.ts';
import type { TrainingData } from '../history/training-data.ts';
import { hashOf } from './seeded-hash.ts';

/** A history split into what may be learned from and what a model is judged by; users and items keep their numbers. */
export interface HeldOut {
  /** `TrainingData.strengths` without the targets. */
  readonly kept: SparseRows;
  /** Times of the entries of `kept`; `undefined` where times do not tell what came when. */
  readonly keptInteractionTimes: InteractionTimes | undefined;
  /** True if the targets lie after one moment, from which the ages are counted: only then do times tell what is trending. */
  readonly isCut: boolean;
  /** Items that are no candidates, one row per user: `kept`, and what was hidden besides. */
  readonly masked: SparseRows;
  /** Positives taken out of `kept`, one row per user. The value is the gain of finding it, above 0. */
  readonly targets: SparseRows;
  /** Per item: 1 where anybody has an event on it, before or after, else 0. */
  readonly isMet: Uint8Array;
  /** Per item: 1 where it is met and nothing of it is kept, as if it were new, else 0. */
  readonly hidden: Uint8Array;
}

/** Share of the positives. */
export const HELD_OUT_SHARE = 0.1;
/** The share of positives after the cut may be this far off before times are taken to tell nothing. */
const CUT_SHARE = { min: 0.05, max: 0.2 } as const;
/** Users with something known on both sides of the cut: with fewer, positives are held out by a hash. */
const CUT_USERS_MIN = 400;
/** Share of users whose latest likes came at one and the same moment, from which times are taken to be each user's own. */
const SAME_LATEST_SHARE_MAX = 0.5;
/** Share of users with several likes whose likes came at different moments, from which order says something. */
const ORDERED_SHARE_MIN = 0.5;
/** Likes of a user of whom the latest are held out, at least. */
const ORDERED_LIKES_MIN = 3;
/** Bound of a target's gain by the rank at which it was shown. */
const POSITION_GAIN_MAX = 5;

/**
 * Takes about a tenth of the positives out, as a slate is asked for what comes next: all after one moment; where times do
 * not tell what came when across users, the latest of each user; where they tell no order at all, a share of each user's,
 * chosen by a hash of the seed, the user and the item.
 */
export function holdOut(data: TrainingData, seed: number): HeldOut {
  return afterCut(data) ?? latestOfEach(data) ?? hashed(data, seed);
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
  const { ages, positions } = interactionTimes;
  const positiveAges = ages.filter((_, i) => strengths.values[i]! > 0).sort();
  const cut = positiveAges[Math.floor(HELD_OUT_SHARE * positiveAges.length)] ?? 0;
  // A history that is imported without times came all at once.
  const laterShare = positiveAges.findIndex((age) => age >= cut) / Math.max(1, positiveAges.length);
  if (laterShare < CUT_SHARE.min || laterShare > CUT_SHARE.max) return undefined;
  const { held, entries } = split({ strengths, itemCount: items.length, positions }, (i) =>
    ages[i]! < cut ? 'later' : 'before',
  );
  if (judgeableCount(held) < CUT_USERS_MIN || haveOwnClocks(strengths, ages)) return undefined;
  const keptInteractionTimes = interactionTimesAt(interactionTimes, entries)!;
  return {
    ...held,
    isCut: true,
    keptInteractionTimes: { ...keptInteractionTimes, ages: keptInteractionTimes.ages.map((age) => age - cut) },
  };
}

/** True if most users' latest likes came at the very same moment: each user's times were made, counted back from one. */
function haveOwnClocks(strengths: SparseRows, ages: Float64Array): boolean {
  const usersByLatest = new Map<number, number>();
  let userCount = 0;
  for (let user = 0; user < rowCountOf(strengths); user++) {
    let latest = Number.POSITIVE_INFINITY;
    for (let i = strengths.starts[user]!; i < strengths.starts[user + 1]!; i++) {
      if (strengths.values[i]! > 0) latest = Math.min(latest, ages[i]!);
    }
    if (latest === Number.POSITIVE_INFINITY) continue;
    userCount++;
    usersByLatest.set(latest, (usersByLatest.get(latest) ?? 0) + 1);
  }
  const most = usersByLatest.values().reduce((a, b) => Math.max(a, b), 0);
  return most > SAME_LATEST_SHARE_MAX * userCount;
}

/** The latest tenth of each user's positives, at least one. @returns `undefined` where times tell no order. */
function latestOfEach({ items, strengths, interactionTimes }: TrainingData): HeldOut | undefined {
  if (interactionTimes === undefined) return undefined;
  const { ages, positions } = interactionTimes;
  const isLater = new Uint8Array(ages.length);
  let severalCount = 0;
  let orderedCount = 0;
  for (let user = 0; user < rowCountOf(strengths); user++) {
    const liked: number[] = [];
    for (let i = strengths.starts[user]!; i < strengths.starts[user + 1]!; i++) {
      if (strengths.values[i]! > 0) liked.push(i);
    }
    if (liked.length < 2) continue;
    severalCount++;
    liked.sort((a, b) => ages[a]! - ages[b]! || a - b);
    if (ages[liked[0]!] !== ages[liked.at(-1)!]) orderedCount++;
    if (liked.length < ORDERED_LIKES_MIN) continue;
    for (const i of liked.slice(0, Math.max(1, Math.round(HELD_OUT_SHARE * liked.length)))) isLater[i] = 1;
  }
  if (orderedCount < ORDERED_SHARE_MIN * severalCount || severalCount === 0) return undefined;
  const { held, entries } = split({ strengths, itemCount: items.length, positions }, (i) =>
    isLater[i] === 1 ? 'later' : 'before',
  );
  return { ...held, keptInteractionTimes: interactionTimesAt(interactionTimes, entries) };
}

/** Number of users with a target and a positive that is kept. */
function judgeableCount({ kept, targets }: HeldOut): number {
  let count = 0;
  for (let user = 0; user < rowCountOf(kept); user++) if (isJudgeable(kept, targets, user)) count++;
  return count;
}

/** True if a user has a target and a positive that is kept. */
export function isJudgeable(kept: SparseRows, targets: SparseRows, user: number): boolean {
  if (targets.starts[user] === targets.starts[user + 1]) return false;
  return kept.values.subarray(kept.starts[user], kept.starts[user + 1]).some((strength) => strength > 0);
}

/** @param sideOf  Side of an entry of a user: entries before are kept, and positives later are targets. */
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
  const before = new SparseRowsBuilder(userCount);
  const targets = new SparseRowsBuilder(userCount);
  const entries: number[] = [];
  for (let user = 0; user < userCount; user++) {
    for (let i = strengths.starts[user]!; i < strengths.starts[user + 1]!; i++) {
      const item = strengths.columns[i]!;
      const strength = strengths.values[i]!;
      if (sideOf(i, user) === 'later') {
        if (strength > 0) targets.add(item, gainAt(positions?.[i] ?? 0));
        continue;
      }
      before.add(item, strength);
      entries.push(i);
    }
    before.endRow();
    targets.endRow();
  }
  const kept = before.done();
  const isMet = marked(strengths.columns, itemCount);
  const held = {
    kept,
    keptInteractionTimes: undefined,
    isCut: false,
    masked: kept,
    targets: targets.done(),
    isMet,
    hidden: notKept(isMet, kept),
  };
  return { held, entries };
}

/**
 * Gain of a positive by the rank at which it was shown: one over the chance that the rank is looked at, taken to fall as
 * `1 / log2(1 + rank)`, within a bound; 1 where the rank is not known.
 * @see Joachims et al., "Unbiased learning-to-rank with biased feedback", WSDM 2017.
 */
function gainAt(position: number): number {
  return position < 1 ? 1 : Math.min(POSITION_GAIN_MAX, Math.log2(1 + position));
}

/**
 * Takes all entries of a share of the items out of `kept`, as if they were new; targets and mask stay.
 * @param share  Of the items, in [0, 1], chosen by a hash. Items that nobody met are not hidden.
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
