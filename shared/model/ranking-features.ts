/** What is known of one candidate for one user before it is scored. */
export interface CandidateSignals {
  /** What the user's items add up to by the collaborative weights, and the largest share of one item; may be below 0. */
  readonly collaborative: number;
  readonly collaborativeMax: number;
  /** The same by co-engagement; at least 0. */
  readonly coEngagement: number;
  /** The same by likeness of content, and the largest of those likenesses; at least 0. */
  readonly content: number;
  readonly contentMax: number;
  /** What share of the collaborative score is borrowed from items like it, in [0, 1]: 1 for a new item. */
  readonly borrowedShare: number;
  /** How many users engaged with the item, and how many had any event on it. */
  readonly positives: number;
  readonly seen: number;
}

/** What a score is made of, as an explanation names it. */
export const PARTS = ['collaborative', 'co-engagement', 'content', 'popular', 'appeal', 'fresh'] as const;
export type Part = (typeof PARTS)[number];

/** The features of a candidate in their order, each with the part of the score that it belongs to. */
export const FEATURES: readonly { readonly name: string; readonly part: Part }[] = [
  { name: 'collaborative', part: 'collaborative' },
  { name: 'log collaborative', part: 'collaborative' },
  { name: 'log largest collaborative', part: 'collaborative' },
  { name: 'co-engagement', part: 'co-engagement' },
  { name: 'log co-engagement', part: 'co-engagement' },
  { name: 'content', part: 'content' },
  { name: 'log content', part: 'content' },
  { name: 'log largest content', part: 'content' },
  { name: 'log positives', part: 'popular' },
  { name: 'log seen', part: 'popular' },
  { name: 'share of positives', part: 'appeal' },
  { name: 'borrowed share', part: 'fresh' },
];

/** What makes features of different catalogs alike. */
export interface FeatureScales {
  /** Added before the logarithm of each sum: what is below it counts as about nothing. Above 0. */
  readonly floors: { readonly collaborative: number; readonly coEngagement: number; readonly content: number };
  /** The share of positives over the whole catalog, in [0, 1]. */
  readonly meanShare: number;
}

/** An item's share of positives leans on the catalog's as if by so many users. */
const SHARE_PRIOR = 10;
/** The share of one item is the smaller the more items there are: its floor lies lower. */
const MAX_FLOOR_SHARE = 0.3;

/** Writes the features of a candidate, as `FEATURES` orders them, from `offset` on. */
export function writeFeatures(
  signals: CandidateSignals,
  { floors, meanShare }: FeatureScales,
  into: Float32Array,
  offset: number,
): void {
  const { collaborative, coEngagement, content, positives, seen, borrowedShare } = signals;
  const logOf = (sum: number, floor: number): number => Math.log(Math.max(0, sum) + floor);
  into[offset] = collaborative;
  into[offset + 1] = logOf(collaborative, floors.collaborative);
  into[offset + 2] = logOf(signals.collaborativeMax, MAX_FLOOR_SHARE * floors.collaborative);
  into[offset + 3] = coEngagement;
  into[offset + 4] = logOf(coEngagement, floors.coEngagement);
  into[offset + 5] = content;
  into[offset + 6] = logOf(content, floors.content);
  into[offset + 7] = logOf(signals.contentMax, MAX_FLOOR_SHARE * floors.content);
  into[offset + 8] = Math.log(1 + positives);
  into[offset + 9] = Math.log(1 + seen);
  into[offset + 10] = (positives + SHARE_PRIOR * meanShare) / (seen + SHARE_PRIOR);
  into[offset + 11] = borrowedShare;
}
