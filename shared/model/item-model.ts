import { addRow, raiseToRow, type SparseRows } from '../numeric/sparse-rows.ts';
import { TopK } from '../numeric/top-k.ts';
import type { CandidateSignals } from './ranking-features.ts';

/** Ways in which the items of a user's history count, chosen per catalog. */
export interface HistoryCounting {
  /** Strength of an item that the user only saw, in [0, 1]. */
  readonly seenWeight: number;
  /** Days in which an item of a history loses half its strength, counted back from the latest liked one; ∞ for never. */
  readonly historyHalfLifeDays: number;
}

/** Item–item weights of each kind; rows and columns are item numbers. */
export interface ItemModel extends HistoryCounting {
  readonly collaborative: SparseRows;
  readonly content: SparseRows;
  /**
   * For each item that few engaged with yet: its donors, the items most like it in content, whose collaborative scores are imputed to it,
   * by weights that sum to at most 1: the fewer engaged with it, the nearer to 1. Empty rows for all others.
   */
  readonly imputed: SparseRows;
  /** Number of users who engaged with each item, and number with any event on it; imputed for items with few. */
  readonly positives: Float32Array<ArrayBuffer>;
  readonly seen: Float32Array<ArrayBuffer>;
  /** Weights from an item to those that users engage with next; empty rows where times do not tell what came when. */
  readonly transitions: SparseRows;
}

/** An item of a user's history. */
export interface HistoryItem {
  readonly number: number;
  /** Strength of the user's liking, in (0, 1]; 0 if they only saw it, below 0 if they want less of it. */
  readonly strength: number;
  /** True for one of the last few items that the user liked. */
  readonly isRecent: boolean;
  /** Days from the item to the latest one that the user liked, at least 0; 0 where order is not known. */
  readonly daysBefore: number;
  /**
   * Number of moments at which the user liked something after this item: 0 for the latest, the same for all items of one
   * moment. ∞ for an item that was not liked, or where order is not known.
   */
  readonly stepsBefore: number;
}

/** Scores of all items for one user, shape `[items]` each; overwritten by the next user. */
export interface UserScores {
  readonly collaborative: Float32Array;
  readonly collaborativeMax: Float32Array;
  /** Part of `collaborative` that comes from the last few items that the user liked. */
  readonly collaborativeRecent: Float32Array;
  /** Part of `collaborative` that comes from items that the user only saw. */
  readonly collaborativeSeen: Float32Array;
  readonly content: Float32Array;
  readonly contentMax: Float32Array;
  /** Transitions from the last few steps of the history, and from the very last one. */
  readonly transitions: Float32Array;
  readonly transitionsLast: Float32Array;
}

/** Number of latest items of a history that count, and number of liked ones from which co-engagement is walked. */
export const HISTORY_ITEMS_MAX = 500;
export const CO_ENGAGED_MAX = 100;
/** Number of last liked items that count as the user's current intent. */
export const RECENT_ITEMS = 10;
/** Steps back from which transitions lead on, and the share of a step's weight that the step before it has. */
export const TRANSITION_STEPS = 10;
export const TRANSITION_DECAY = 0.6;
/** Weight of an engaged item to itself, for the items whose donor it is: no fitted weight says it. */
const OWN_WEIGHT = 0.25;

/** Scores of 0 for every item. */
export function userScores(itemCount: number): UserScores {
  const zeros = (): Float32Array => new Float32Array(itemCount);
  return {
    collaborative: zeros(),
    collaborativeMax: zeros(),
    collaborativeRecent: zeros(),
    collaborativeSeen: zeros(),
    content: zeros(),
    contentMax: zeros(),
    transitions: zeros(),
    transitionsLast: zeros(),
  };
}

/** The signals of a candidate that the item model alone gives. */
export type ModelSignals = Omit<CandidateSignals, 'coEngagement' | 'trending' | 'popular'>;

/** Reads one item's signals from the scores of a user. @param imputedShare  As `imputedShares` has them. */
export function modelSignals(
  { positives, seen }: ItemModel,
  imputedShare: Float32Array,
  scores: UserScores,
  item: number,
): ModelSignals {
  return {
    collaborative: scores.collaborative[item]!,
    collaborativeMax: scores.collaborativeMax[item]!,
    collaborativeRecent: scores.collaborativeRecent[item]!,
    collaborativeSeen: scores.collaborativeSeen[item]!,
    content: Math.max(0, scores.content[item]!),
    contentMax: scores.contentMax[item]!,
    transitions: scores.transitions[item]!,
    transitionsLast: scores.transitionsLast[item]!,
    imputedShare: imputedShare[item]!,
    positives: positives[item]!,
    seen: seen[item]!,
  };
}

/**
 * The candidates of a source: items with the largest scores above 0.
 * @returns By falling score, ties by item number. Cost: O(items).
 */
export function topItems(scores: Float32Array, count: number, isCandidate: (item: number) => boolean): Int32Array {
  const top = new TopK(count);
  for (let item = 0; item < scores.length; item++) {
    if (scores[item]! > 0 && isCandidate(item)) top.offer(item, scores[item]!);
  }
  return top.take();
}

/**
 * Adds up the co-engagement of a user's liked items, the latest `CO_ENGAGED_MAX`.
 * @param rows  As `coEngagementRows` makes them.
 * @param liked  Latest first; an item number of −1 is unknown and adds nothing.
 * @param into  Zeros, shape `[items]`.
 */
export function addCoEngagement(
  rows: SparseRows,
  liked: Iterable<{ readonly number: number; readonly strength: number }>,
  into: Float32Array,
): void {
  let count = 0;
  for (const { number, strength } of liked) {
    if (count++ === CO_ENGAGED_MAX) return;
    addRow(rows, number, strength, into);
  }
}

/** Cost: O(items + entries of the history's rows + imputed entries). */
export function scoreItems(model: ItemModel, history: readonly HistoryItem[], into: UserScores): void {
  for (const scores of Object.values(into)) scores.fill(0);
  for (const item of history) addItem(model, item, into);
  for (let item = 0; item < into.collaborative.length; item++) {
    into.collaborative[item] = into.collaborative[item]! + into.collaborativeSeen[item]!;
  }
  const { collaborative, collaborativeMax, collaborativeRecent, collaborativeSeen } = into;
  for (const scores of [collaborative, collaborativeMax, collaborativeRecent, collaborativeSeen]) {
    impute(model.imputed, scores);
  }
}

/** Adds the rows of one item of a history to all scores. */
function addItem(
  model: ItemModel,
  { number, strength, isRecent, daysBefore, stepsBefore }: HistoryItem,
  into: UserScores,
): void {
  const { collaborative, content, transitions, seenWeight, historyHalfLifeDays } = model;
  const share = historyDecay(daysBefore, historyHalfLifeDays);
  const sum = strength === 0 ? into.collaborativeSeen : into.collaborative;
  const weight = share * (strength === 0 ? seenWeight : strength);
  addRow(collaborative, number, weight, sum);
  sum[number] = sum[number]! + OWN_WEIGHT * weight;
  if (strength === 0) return;
  addRow(content, number, strength, into.content);
  if (strength < 0) return;
  if (isRecent) addRow(collaborative, number, strength, into.collaborativeRecent);
  raiseToRow(collaborative, number, 1, into.collaborativeMax);
  raiseToRow(content, number, 1, into.contentMax);
  if (stepsBefore >= TRANSITION_STEPS) return;
  addRow(transitions, number, strength * TRANSITION_DECAY ** stepsBefore, into.transitions);
  if (stepsBefore === 0) addRow(transitions, number, strength, into.transitionsLast);
}

/** Share of its strength that an item of a history keeps. @param halfLifeDays  As `historyHalfLifeDays` of `ItemModel`. */
export function historyDecay(daysBefore: number, halfLifeDays: number): number {
  return 2 ** (-daysBefore / halfLifeDays);
}

function impute({ starts, columns, values }: SparseRows, scores: Float32Array): void {
  for (let item = 0, i = 0; item + 1 < starts.length; item++) {
    const end = starts[item + 1]!;
    if (i === end) continue;
    let sum = scores[item]!;
    for (; i < end; i++) sum += values[i]! * scores[columns[i]!]!;
    scores[item] = sum;
  }
}

/** Share of each item's collaborative score that is imputed. */
export function imputedShares({ starts, values }: SparseRows): Float32Array {
  return Float32Array.from({ length: starts.length - 1 }, (_, item) =>
    values.subarray(starts[item], starts[item + 1]).reduce((sum, value) => sum + value, 0),
  );
}
