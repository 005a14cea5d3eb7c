/** Everything known about one candidate for one user before it is scored. */
export interface CandidateSignals {
  /** Sum over the user's items by the collaborative weights, and the largest single contribution; may be below 0. */
  readonly collaborative: number;
  readonly collaborativeMax: number;
  /** Part of it from the last few items that the user liked. */
  readonly collaborativeRecent: number;
  /** Part of it from items that the user only saw. */
  readonly collaborativeSeen: number;
  /** Sum over the user's liked items by co-engagement; at least 0. */
  readonly coEngagement: number;
  /** Sum over the user's items by likeness of content, and the largest single likeness; at least 0. */
  readonly content: number;
  readonly contentMax: number;
  /** Share of the collaborative score that is imputed from donors, in [0, 1]: 1 for a new item. */
  readonly imputedShare: number;
  /** Sum of the transitions from the last few steps of the history, and from its last step; at least 0. */
  readonly transitions: number;
  readonly transitionsLast: number;
  /** Number of users who engaged with the item, and number with any event on it. */
  readonly positives: number;
  readonly seen: number;
  /**
   * Engagement of all users with the item, in saves, halving every 3 days and every 69; 0 for an item behind the first
   * `NON_PERSONALIZED_MAX`.
   */
  readonly trending: number;
  readonly popular: number;
}

/** Length of each non-personalized list. */
export const NON_PERSONALIZED_MAX = 1_000;

/** Parts of a score, as an explanation names them. */
export const PARTS = [
  'collaborative',
  'recent',
  'transitions',
  'co-engagement',
  'content',
  'trending',
  'popular',
  'likeRate',
  'cold-start',
] as const;
export type Part = (typeof PARTS)[number];

/** Makes features of different catalogs comparable. */
export interface FeatureScales {
  /** Added before the logarithm of each sum: a sum far below it counts as about nothing. Above 0. */
  readonly floors: {
    readonly collaborative: number;
    readonly transitions: number;
    readonly coEngagement: number;
    readonly content: number;
  };
  /** Share of positives over the whole catalog, in [0, 1]. */
  readonly meanShare: number;
}

/** A number computed from a candidate's signals, along which its score grows or falls as a piecewise-linear curve. */
interface Curve {
  readonly name: string;
  /** Part of the score that its weights belong to. */
  readonly part: Part;
  readonly of: (signals: CandidateSignals, scales: FeatureScales) => number;
}

interface Feature extends Pick<Curve, 'name' | 'part'> {
  /** True for a feature that bends another one or lets it depend on a third: more than thin data can support. */
  readonly isFine: boolean;
}

/** Prior of an item's share of positives: it leans on the catalog's as if by this many users. */
const SHARE_PRIOR = 10;
/** Floor of a single item's contribution, as a share of the floor of the sum. */
const MAX_FLOOR_SHARE = 0.3;
/** Bound of decayed sums: asked for a moment before the events, they would grow without limit. */
const DECAYED_MAX = 1e5;

/** The one table of features, for serving and training. */
export const CURVES: readonly Curve[] = [
  {
    name: 'log collaborative',
    part: 'collaborative',
    of: ({ collaborative }, { floors }) => logOf(collaborative, floors.collaborative),
  },
  {
    name: 'log largest collaborative',
    part: 'collaborative',
    of: ({ collaborativeMax }, { floors }) => logOf(collaborativeMax, MAX_FLOOR_SHARE * floors.collaborative),
  },
  {
    name: 'collaborative of seen items',
    part: 'collaborative',
    of: ({ collaborativeSeen }) => collaborativeSeen,
  },
  {
    name: 'log co-engagement',
    part: 'co-engagement',
    of: ({ coEngagement }, { floors }) => logOf(coEngagement, floors.coEngagement),
  },
  {
    name: 'log content',
    part: 'content',
    of: ({ content }, { floors }) => logOf(content, floors.content),
  },
  {
    name: 'log largest content',
    part: 'content',
    of: ({ contentMax }, { floors }) => logOf(contentMax, MAX_FLOOR_SHARE * floors.content),
  },
  {
    name: 'log positives',
    part: 'popular',
    of: ({ positives }) => Math.log(1 + positives),
  },
  {
    name: 'log seen',
    part: 'popular',
    of: ({ seen }) => Math.log(1 + seen),
  },
  {
    name: 'share of positives',
    part: 'likeRate',
    of: ({ positives, seen }, { meanShare }) => (positives + SHARE_PRIOR * meanShare) / (seen + SHARE_PRIOR),
  },
  {
    name: 'log recent collaborative',
    part: 'recent',
    of: ({ collaborativeRecent }, { floors }) => logOf(collaborativeRecent, MAX_FLOOR_SHARE * floors.collaborative),
  },
  {
    name: 'log transitions',
    part: 'transitions',
    of: ({ transitions }, { floors }) => logOf(transitions, floors.transitions),
  },
  {
    name: 'log last transitions',
    part: 'transitions',
    of: ({ transitionsLast }, { floors }) => logOf(transitionsLast, floors.transitions),
  },
  {
    name: 'log trending',
    part: 'trending',
    of: ({ trending }) => Math.log(1 + Math.min(DECAYED_MAX, trending)),
  },
  {
    name: 'log decayed popularity',
    part: 'popular',
    of: ({ popular }) => Math.log(1 + Math.min(DECAYED_MAX, popular)),
  },
];

function logOf(sum: number, floor: number): number {
  return Math.log(Math.max(0, sum) + floor);
}

/** Curves that a cold-start item has of its own, for imputed scores. */
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

function featuresOf({ name, part }: Curve): readonly Feature[] {
  return [
    { name, part, isFine: false },
    ...Array.from({ length: KNOTS }, (_, knot) => ({ name: `${name} above knot ${knot + 1}`, part, isFine: true })),
    { name: `${name} × log history`, part, isFine: true },
  ];
}

/** Number of features of one curve. */
const OF_CURVE = KNOTS + 2;
/** Place of the imputed share among the features. */
export const IMPUTED_SHARE = CURVES.length * OF_CURVE;

/** Log length of a typical history, some 16 items: keeps a feature times the log history apart from the feature itself. */
const TYPICAL_LOG_HISTORY = 2.8;

/** Writes the terms of a candidate from `offset` on: one per curve in the order of `CURVES`, then the imputed share. */
export function writeTerms(signals: CandidateSignals, scales: FeatureScales, into: Float32Array, offset: number): void {
  for (let curve = 0; curve < CURVES.length; curve++) into[offset + curve] = CURVES[curve]!.of(signals, scales);
  into[offset + IMPUTED] = signals.imputedShare;
}

/**
 * Writes the features of a candidate, as `FEATURES` orders them, from `offset` on.
 * @param terms  As `writeTerms` writes them, from `termOffset` on.
 * @param liked  Number of items that the user liked.
 * @param knots  Knots of the curves: `KNOTS` values per curve, in the order of `CURVES`.
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
