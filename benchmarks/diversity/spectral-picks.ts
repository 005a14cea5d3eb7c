/** Candidates to choose from, best first. */
export interface Pool {
  /** Relevance of each item, higher is better. */
  readonly relevances: readonly number[];
  /** Embedding of each item, unit length; `undefined` for an item without one, which adds nothing new. */
  readonly vectors: readonly (Float32Array | undefined)[];
}

export interface SpectralOptions {
  /** Worth of a whole new direction, in standard deviations of relevance. */
  readonly gamma: number;
  /** Number of last picks that an item is compared with. */
  readonly window: number;
}

interface Direction {
  /** Remainder of a pick once the picks before it in the window are projected out. */
  readonly vector: Float64Array;
  readonly squared: number;
  /** Each item's share of it. */
  readonly shares: Float64Array;
}

/**
 * Sliding spectrum decomposition: picks one by one the item with the largest `z + gamma · ‖what it has that the last
 * picks have not‖`, z the relevance in standard deviations.
 *
 * Only the squared lengths of what is left of each item are kept: a pick takes its direction's share out of all, and one
 * that leaves the window gives it back.
 *
 * @returns Places in the pool, ties to the earlier. Cost: O(items · dimensions) a pick.
 * @see Huang et al., "Sliding spectrum decomposition for diversified recommendation", KDD 2021.
 */
export function spectralPicks({ relevances, vectors }: Pool, count: number, options: SpectralOptions): number[] {
  const z = zScores(relevances);
  const left = Float64Array.from(vectors, (vector) => (vector === undefined ? 0 : squaredLength(vector)));
  const isPicked = new Uint8Array(relevances.length);
  const window: Direction[] = [];
  const picks: number[] = [];
  while (picks.length < Math.min(count, relevances.length)) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < relevances.length; i++) {
      const score = z[i]! + options.gamma * Math.sqrt(Math.max(0, left[i]!));
      if (isPicked[i] === 0 && score > bestScore) {
        best = i;
        bestScore = score;
      }
    }
    isPicked[best] = 1;
    picks.push(best);
    // A full window loses its oldest before the pick is measured against it.
    if (window.length === options.window) giveBack(window.shift()!, left);
    const direction = directionOf(best, vectors, window);
    if (direction === undefined) continue;
    for (let i = 0; i < left.length; i++) left[i] = left[i]! - direction.shares[i]! ** 2 * direction.squared;
    window.push(direction);
  }
  return picks;
}

/** Less than this of a vector is rounding. */
const NOTHING = 1e-10;

function directionOf(pick: number, vectors: Pool['vectors'], window: readonly Direction[]): Direction | undefined {
  const own = vectors[pick];
  if (own === undefined) return undefined;
  const vector = Float64Array.from(own);
  for (const { vector: other, shares } of window) {
    const share = shares[pick]!;
    for (let d = 0; d < vector.length; d++) vector[d] = vector[d]! - share * other[d]!;
  }
  const squared = squaredLength(vector);
  if (squared < NOTHING) return undefined;
  const shares = Float64Array.from(vectors, (each) => {
    if (each === undefined) return 0;
    let product = 0;
    for (let d = 0; d < vector.length; d++) product += each[d]! * vector[d]!;
    return product / squared;
  });
  return { vector, squared, shares };
}

function giveBack({ shares, squared }: Direction, left: Float64Array): void {
  for (let i = 0; i < left.length; i++) left[i] = left[i]! + shares[i]! ** 2 * squared;
}

function squaredLength(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < vector.length; d++) sum += vector[d]! * vector[d]!;
  return sum;
}

function zScores(values: readonly number[]): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return Float64Array.from(values, (value) => (deviation > 0 ? (value - mean) / deviation : 0));
}
