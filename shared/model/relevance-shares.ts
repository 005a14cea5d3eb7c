/** A score's share of the largest, with the parts that it is made of. */
export interface RelevanceShare {
  /** In [0, 1]: 1 for the largest, or 0 for all if the parts tell none from another. */
  readonly relevance: number;
  /** One number per part, at least 0; they sum to the relevance. */
  readonly shares: Float64Array;
}

/**
 * Turns scores into shares of the largest, with parts that still sum to them.
 * @param scores  Parts of each score, the same number for all.
 * @param hasZero  True if 0 means that a part says nothing, and none is below it; else each part counts from its least value.
 * Cost: O(scores · parts).
 */
export function relevanceShares(scores: readonly Float64Array[], hasZero: boolean): readonly RelevanceShare[] {
  const least = new Float64Array(scores[0]?.length ?? 0);
  if (!hasZero) {
    least.fill(Number.POSITIVE_INFINITY);
    for (const parts of scores) for (const [p, part] of parts.entries()) least[p] = Math.min(least[p]!, part);
  }
  const shifted = scores.map((scoreParts) => {
    const parts = scoreParts.map((part, p) => part - least[p]!);
    return { parts, sum: parts.reduce((sum, part) => sum + part, 0) };
  });
  const largest = shifted.reduce((most, { sum }) => Math.max(most, sum), 0);
  return shifted.map(({ parts, sum }) => ({
    relevance: largest > 0 ? sum / largest : 0,
    shares: parts.map((part) => (largest > 0 ? part / largest : 0)),
  }));
}
