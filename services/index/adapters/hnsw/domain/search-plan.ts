/** Plan of one query: compare with every allowed vector, or ask the graph for more than k and filter afterwards. */
export type SearchPlan =
  | { readonly path: 'scan' }
  | {
      readonly path: 'graph';
      /** Number of neighbors to ask the graph for. */
      readonly fetch: number;
      /** Length of the graph's candidate list while it searches; at least `fetch`. */
      readonly efSearch: number;
    };

/** Settings by which a search chooses between the graph and a scan. */
export interface SearchOptions {
  /** Least length of the graph's candidate list; a longer one finds more and costs more. */
  readonly efSearch: number;
  /**
   * Vectors that can be compared in the time that the graph takes for one place in its candidate list. 40 was measured at
   * 384 dimensions; both costs grow with the dimensions in the same way.
   */
  readonly scannedPerCandidate: number;
}

/** Counts by which the cost of a search is estimated. */
export interface SearchSize {
  readonly k: number;
  /** Items that pass the filter; at most this many can be answered. */
  readonly allowed: number;
  /** Items that a filter can choose from. */
  readonly items: number;
  readonly vectors: number;
  /** Different vectors that the graph holds, without the deleted. */
  readonly nodes: number;
}

/**
 * Chooses the cheaper way. Both give the k nearest of what passes; the graph's answer is checked afterwards and a scan
 * made when it is short.
 *
 * Asked for n, the graph gives about n · selectivity that pass. So that at least k do nearly always, n leaves room for
 * three standard deviations of that number.
 */
export function planSearch({ k, allowed, items, vectors, nodes }: SearchSize, options: SearchOptions): SearchPlan {
  if (allowed === 0 || nodes === 0) return { path: 'scan' };
  const selectivity = Math.min(1, allowed / items);
  const fetch = Math.ceil((k + 3 * Math.sqrt(k) + 4) / selectivity);
  const efSearch = Math.max(options.efSearch, Math.ceil(fetch * 1.5));
  const scanned = Math.min(allowed, vectors);
  if (scanned <= efSearch * options.scannedPerCandidate || fetch >= nodes) return { path: 'scan' };
  return { path: 'graph', fetch, efSearch };
}
