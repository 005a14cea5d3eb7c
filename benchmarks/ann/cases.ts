import type { Filter } from '@kindred/shared/catalog';
import { startProgress } from '../measure/progress.ts';
import { filtersKeeping } from './buckets.ts';
import { type JudgedTarget, judge } from './judge.ts';
import type { NeighborFinder } from './neighbor-finder.ts';
import type { CaseResult } from './result.ts';

/** Queries by the kind of their target. */
export interface Queries {
  /** Items of the catalog: they are left out of their own answers. */
  readonly items: readonly JudgedTarget[];
  /** Vectors of texts. */
  readonly texts: readonly JudgedTarget[];
}

/** Filters that keep different items, so that recall does not hang on one draw; the index keeps the passing rows of 32. */
const FILTERS_PER_SHARE = 8;

/** Asks a contender both kinds of queries without a filter, and item queries with filters that keep each of the shares. */
export async function judgeCases(
  finder: NeighborFinder,
  { items, texts }: Queries,
  shares: readonly number[],
): Promise<readonly CaseResult[]> {
  const asked: {
    queries: keyof Queries;
    targets: readonly JudgedTarget[];
    share?: number;
    filters: readonly Filter[];
  }[] = [
    { queries: 'items', targets: items, filters: [{}] },
    { queries: 'texts', targets: texts, filters: [{}] },
    ...shares.map((share) => ({
      queries: 'items' as const,
      targets: items,
      share,
      filters: filtersKeeping(share, FILTERS_PER_SHARE),
    })),
  ];
  const progress = startProgress(`ann: ${finder.name}, cases`, asked.length);
  const results: CaseResult[] = [];
  for (const { queries, targets, share, filters } of asked) {
    const judgement = await judge(finder, targets, filters);
    results.push({ contender: finder.name, queries, ...(share !== undefined && { share }), ...judgement });
    progress.at(results.length);
  }
  progress.done();
  return results;
}
