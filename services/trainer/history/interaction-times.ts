/** Times and ranks of pairs of a user and an item: arrays beside the entries of some `strengths`, one value for each. */
export interface InteractionTimes {
  /** Days from when the user last liked the item, or else last saw it, to the last event of the catalog; at least 0. */
  readonly ages: Float64Array<ArrayBuffer>;
  /** Sum of the user's engagements with the item, in saves; at least 0. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** Rank at which the item was shown when the user liked it, from 1; 0 where that is not known. */
  readonly positions: Float32Array<ArrayBuffer>;
}

/** The times of some entries, in the order given. */
export function interactionTimesAt(
  interactionTimes: InteractionTimes | undefined,
  entries: readonly number[],
): InteractionTimes | undefined {
  return (
    interactionTimes && {
      ages: Float64Array.from(entries, (i) => interactionTimes.ages[i]!),
      weights: Float32Array.from(entries, (i) => interactionTimes.weights[i]!),
      positions: Float32Array.from(entries, (i) => interactionTimes.positions[i]!),
    }
  );
}
