/** The depths at which a ranking is judged. */
const DEPTHS = [10, 20, 50, 100] as const;
type Depth = (typeof DEPTHS)[number];

/** Quality of a ranking for one user, each in [0, 1]. */
export type QualityMetric = `${'ndcg' | 'recall' | 'mrr'}@${Depth}`;

export const QUALITY_METRICS: readonly QualityMetric[] = (['ndcg', 'recall', 'mrr'] as const).flatMap((name) =>
  DEPTHS.map((k) => `${name}@${k}` as const),
);

/** Depth to which a ranking is judged. */
export const RANKED_MAX = 100;

/**
 * Judges one user's ranking: normalised discounted cumulative gain of binary relevance (the ideal has all that is
 * relevant first, as far as `k` goes), the share of the relevant that was found, and one over the rank of the first.
 * @param ranked  Best first, without repeats.
 * @param relevant  At least one.
 * @returns In the order of `QUALITY_METRICS`.
 */
export function qualityOf<Id>(ranked: readonly Id[], relevant: ReadonlySet<Id>): Float64Array {
  const hitRanks = hitRanksOf(ranked, relevant);
  const first = hitRanks[0] ?? Number.POSITIVE_INFINITY;
  return Float64Array.of(
    ...DEPTHS.map((k) => gainOf(hitRanks, k) / idealGain(Math.min(k, relevant.size))),
    ...DEPTHS.map((k) => hitRanks.filter((rank) => rank <= k).length / relevant.size),
    ...DEPTHS.map((k) => (first <= k ? 1 / first : 0)),
  );
}

/** nDCG@20 of one user's ranking alone, as `qualityOf` has it. */
export function ndcgAt20<Id>(ranked: readonly Id[], relevant: ReadonlySet<Id>): number {
  return gainOf(hitRanksOf(ranked, relevant), 20) / idealGain(Math.min(20, relevant.size));
}

/** recall@20 of one user's ranking alone, as `qualityOf` has it. */
export function recallAt20<Id>(ranked: readonly Id[], relevant: ReadonlySet<Id>): number {
  return hitRanksOf(ranked.slice(0, 20), relevant).length / relevant.size;
}

/** From 1, rising. */
function hitRanksOf<Id>(ranked: readonly Id[], relevant: ReadonlySet<Id>): readonly number[] {
  return ranked.flatMap((item, index) => (relevant.has(item) ? [index + 1] : []));
}

function gainOf(hitRanks: readonly number[], k: number): number {
  return hitRanks.reduce((sum, rank) => (rank <= k ? sum + 1 / Math.log2(rank + 1) : sum), 0);
}

function idealGain(hits: number): number {
  let sum = 0;
  for (let rank = 1; rank <= hits; rank++) sum += 1 / Math.log2(rank + 1);
  return sum;
}

/** The share of the catalog that is shown to anyone. */
export function coverageOf(exposures: readonly number[]): number {
  return exposures.filter((count) => count > 0).length / exposures.length;
}

/**
 * Gini coefficient of the items' exposure: 0 if all are shown equally, near 1 if one takes everything.
 * @param exposures  How often each item of the catalog was shown, the never shown included; at least one is positive.
 */
export function giniOf(exposures: readonly number[]): number {
  const sorted = exposures.toSorted((a, b) => a - b);
  const total = sorted.reduce((sum, count) => sum + count, 0);
  const weighted = sorted.reduce((sum, count, index) => sum + (index + 1) * count, 0);
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}

/**
 * Diversity of a list: the mean of 1 − cosine over its pairs, in [0, 2].
 * @param vectors  Unit length, of one length.
 * @returns `undefined` for fewer than two.
 */
export function listDiversity(vectors: readonly Float32Array[]): number | undefined {
  const count = vectors.length;
  if (count < 2) return undefined;
  // Σ over pairs of ⟨x, y⟩ is half of |Σ x|² without the squares of each.
  const sum = new Float64Array(vectors[0]!.length);
  let squares = 0;
  for (const vector of vectors) {
    for (let d = 0; d < sum.length; d++) {
      sum[d] = sum[d]! + vector[d]!;
      squares += vector[d]! ** 2;
    }
  }
  const pairs = (count * (count - 1)) / 2;
  return 1 - (sum.reduce((total, value) => total + value * value, 0) - squares) / 2 / pairs;
}

/**
 * Novelty of a list: the mean of −log2 of the share of users who engaged with each item. What nobody
 * engaged with counts as if one user had.
 * @param counts  Users who engaged with each item of the list, at least one item.
 * @param userCount  All users, at least 1.
 */
export function noveltyOf(counts: readonly number[], userCount: number): number {
  return counts.reduce((sum, count) => sum - Math.log2(Math.max(1, count) / userCount), 0) / counts.length;
}

/**
 * Popularity lift of a list over the user's history: the ratio of the mean popularities.
 * @param shown  Users who engaged with each item of the list, at least one.
 * @param history  The same of the history's items.
 * @returns `undefined` where there is no history to compare with.
 */
export function popularityLift(shown: readonly number[], history: readonly number[]): number | undefined {
  const before = meanOf(history);
  return before > 0 ? meanOf(shown) / before : undefined;
}

/** 0 of none. */
function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
