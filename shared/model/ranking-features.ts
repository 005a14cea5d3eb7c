/** What is known of one candidate for one user before it is scored. */
export interface CandidateSignals {
  /** What the user's items add up to by the collaborative weights, and the largest share of one item; may be below 0. */
  readonly collaborative: number;
  readonly collaborativeMax: number;
  /** What the last few of those items that the user liked add to it. */
  readonly collaborativeRecent: number;
  /** What those items add to it that the user only saw. */
  readonly collaborativeSeen: number;
  /** What the user's items add up to by co-engagement; at least 0. */
  readonly coEngagement: number;
  /** The same by likeness of content, and the largest of those likenesses; at least 0. */
  readonly content: number;
  readonly contentMax: number;
  /** What share of the collaborative score is imputed from items like it, in [0, 1]: 1 for a new item. */
  readonly imputedShare: number;
  /** How many users engaged with the item, and how many had any event on it. */
  readonly positives: number;
  readonly seen: number;
  /**
   * What all users did with the item of late, halving every 3 days and every 69, in saves; 0 for one that is not among the
   * first `NON_PERSONALIZED_MAX` by it.
   */
  readonly trending: number;
  readonly popular: number;
}

/** How many items lead by what users did of late. */
export const NON_PERSONALIZED_MAX = 1_000;

/** What a score is made of, as an explanation names it. */
export const PARTS = [
  'collaborative',
  'recent',
  'co-engagement',
  'content',
  'trending',
  'popular',
  'likeRate',
  'cold-start',
] as const;
export type Part = (typeof PARTS)[number];

/** A number of a candidate that weights are learned for, with the part of the score that they belong to. */
interface Named {
  readonly name: string;
  readonly part: Part;
}

interface Feature extends Named {
  /** Whether it knots another one, or lets it depend on a third: more than thin data can tell. */
  readonly isFine: boolean;
}

/** What a score grows or falls with along a curve: a line with knots. */
export const CURVES: readonly Named[] = [
  { name: 'log collaborative', part: 'collaborative' },
  { name: 'log largest collaborative', part: 'collaborative' },
  { name: 'collaborative of what was only seen', part: 'collaborative' },
  { name: 'log co-engagement', part: 'co-engagement' },
  { name: 'log content', part: 'content' },
  { name: 'log largest content', part: 'content' },
  { name: 'log positives', part: 'popular' },
  { name: 'log seen', part: 'popular' },
  { name: 'share of positives', part: 'likeRate' },
  { name: 'log recent collaborative', part: 'recent' },
  { name: 'log trending', part: 'trending' },
  { name: 'log popular of late', part: 'popular' },
];
/** What a new item is known by: these have curves of their own for what is imputed. */
const IMPUTED_CURVES = ['log collaborative', 'log largest collaborative', 'log content', 'log largest content'].map(
  (wanted) => CURVES.findIndex(({ name }) => name === wanted),
);
/** All terms: those of the curves, then the imputed share. */
export const TERM_COUNT = CURVES.length + 1;
const IMPUTED = CURVES.length;
/** Knots of each curve. */
export const KNOTS = 3;

/** The features of a candidate in their order. */
export const FEATURES: readonly Feature[] = [
  ...CURVES.flatMap(featuresOf),
  { name: 'imputed share', part: 'cold-start', isFine: false },
  { name: 'imputed share × log history', part: 'cold-start', isFine: true },
  ...IMPUTED_CURVES.flatMap((curve) => featuresOf(CURVES[curve]!)).map(({ name }): Feature => {
    return { name: `imputed share × ${name}`, part: 'cold-start', isFine: true };
  }),
];

function featuresOf({ name, part }: Named): readonly Feature[] {
  return [
    { name, part, isFine: false },
    ...Array.from({ length: KNOTS }, (_, knot) => ({ name: `${name} above knot ${knot + 1}`, part, isFine: true })),
    { name: `${name} × log history`, part, isFine: true },
  ];
}

/** How many features `featuresOf` has. */
const OF_CURVE = KNOTS + 2;
/** Where the imputed share stands among them. */
export const IMPUTED_SHARE = CURVES.length * OF_CURVE;

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
/** Asked for a moment before the events, decayed sums would know no bound. */
const OF_LATE_MAX = 1e5;
/** Keeps what is multiplied by it apart from the thing itself: some 16 items. */
const TYPICAL_LOG_HISTORY = 2.8;

/** Writes the terms of a candidate from `offset` on: those of `CURVES` in their order, and the imputed share. */
export function writeTerms(
  signals: CandidateSignals,
  { floors, meanShare }: FeatureScales,
  into: Float32Array,
  offset: number,
): void {
  const { collaborative, coEngagement, content, positives, seen, imputedShare } = signals;
  const logOf = (sum: number, floor: number): number => Math.log(Math.max(0, sum) + floor);
  into[offset] = logOf(collaborative, floors.collaborative);
  into[offset + 1] = logOf(signals.collaborativeMax, MAX_FLOOR_SHARE * floors.collaborative);
  into[offset + 2] = signals.collaborativeSeen;
  into[offset + 3] = logOf(coEngagement, floors.coEngagement);
  into[offset + 4] = logOf(content, floors.content);
  into[offset + 5] = logOf(signals.contentMax, MAX_FLOOR_SHARE * floors.content);
  into[offset + 6] = Math.log(1 + positives);
  into[offset + 7] = Math.log(1 + seen);
  into[offset + 8] = (positives + SHARE_PRIOR * meanShare) / (seen + SHARE_PRIOR);
  into[offset + 9] = logOf(signals.collaborativeRecent, MAX_FLOOR_SHARE * floors.collaborative);
  into[offset + 10] = Math.log(1 + Math.min(OF_LATE_MAX, signals.trending));
  into[offset + 11] = Math.log(1 + Math.min(OF_LATE_MAX, signals.popular));
  into[offset + 12] = imputedShare;
}

/**
 * Writes the features of a candidate, as `FEATURES` orders them, from `offset` on.
 * @param terms  As `writeTerms` writes them, from `termOffset` on.
 * @param liked  How many items the user liked.
 * @param knots  Where the curves knot: `KNOTS` values a curve, in the order of `CURVES`.
 */
export function writeFeatures(
  terms: Float32Array,
  termOffset: number,
  liked: number,
  knots: readonly number[],
  into: Float32Array,
  offset: number,
): void {
  const logHistory = Math.log(1 + liked) - TYPICAL_LOG_HISTORY;
  let place = offset;
  for (let curve = 0; curve < CURVES.length; curve++) {
    const value = terms[termOffset + curve]!;
    into[place++] = value;
    for (let knot = 0; knot < KNOTS; knot++) into[place++] = Math.max(0, value - knots[curve * KNOTS + knot]!);
    into[place++] = value * logHistory;
  }
  const imputedShare = terms[termOffset + IMPUTED]!;
  if (imputedShare === 0) {
    into.fill(0, place, offset + FEATURES.length);
    return;
  }
  into[place++] = imputedShare;
  into[place++] = imputedShare * logHistory;
  for (const curve of IMPUTED_CURVES) {
    const first = offset + curve * OF_CURVE;
    for (let f = first; f < first + OF_CURVE; f++) into[place++] = imputedShare * into[f]!;
  }
}
