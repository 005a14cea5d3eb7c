/** What a ranking reached for one user. */
export interface UserMetrics {
  readonly 'nDCG@10': number;
  readonly 'nDCG@20': number;
  readonly 'nDCG@100': number;
  readonly 'recall@10': number;
  readonly 'recall@20': number;
  readonly 'recall@100': number;
  readonly 'MRR@10': number;
}

export const USER_METRICS = [
  'nDCG@10',
  'nDCG@20',
  'nDCG@100',
  'recall@10',
  'recall@20',
  'recall@100',
  'MRR@10',
] as const satisfies readonly (keyof UserMetrics)[];

/** How deep a ranking is looked at. */
export const RANKED_MAX = 100;

/**
 * Judges one user's ranking.
 * @param ranked  Best first, without repeats.
 * @param relevant  At least one.
 */
export function userMetrics<Id>(ranked: readonly Id[], relevant: ReadonlySet<Id>): UserMetrics {
  const hitRanks = ranked.flatMap((item, index) => (relevant.has(item) ? [index + 1] : []));
  const ndcg = (k: number): number => gainOf(hitRanks, k) / idealGain(Math.min(k, relevant.size));
  const recall = (k: number): number => hitRanks.filter((rank) => rank <= k).length / relevant.size;
  const first = hitRanks[0];
  return {
    'nDCG@10': ndcg(10),
    'nDCG@20': ndcg(20),
    'nDCG@100': ndcg(100),
    'recall@10': recall(10),
    'recall@20': recall(20),
    'recall@100': recall(100),
    'MRR@10': first !== undefined && first <= 10 ? 1 / first : 0,
  };
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
 * How unequally the items are shown: 0 when all alike, near 1 when one takes everything.
 * @param exposures  How often each item of the catalog was shown, the never shown included; at least one is positive.
 */
export function giniOf(exposures: readonly number[]): number {
  const sorted = exposures.toSorted((a, b) => a - b);
  const total = sorted.reduce((sum, count) => sum + count, 0);
  const weighted = sorted.reduce((sum, count, index) => sum + (index + 1) * count, 0);
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}
