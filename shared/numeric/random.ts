/** A source of numbers in [0, 1); the same seed gives the same numbers (mulberry32). */
export type Random = () => number;

/** @param seed  Any 32-bit integer. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Draws `count` different indices, each in proportion to its weight (Efraimidis and Spirakis 2006).
 * @param weights  Positive.
 * @returns Indices in the order drawn; all of them where `count` is larger. Cost: O(n log n).
 */
export function sampleByWeight(weights: readonly number[], count: number, random: Random): readonly number[] {
  return weights
    .map((weight, index) => ({ index, key: -Math.log(1 - random()) / weight }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}
