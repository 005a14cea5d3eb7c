import type { Filter } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import type { NeighborTarget } from '@kindred/shared/neighbor';
import { type Latency, latencyOf } from '../measure/quantile.ts';
import type { NeighborFinder } from './neighbor-finder.ts';
import type { TrueNeighbors } from './true-neighbors.ts';

/** A target with its true neighbors. */
export interface JudgedTarget {
  readonly target: NeighborTarget;
  readonly truth: TrueNeighbors;
}

export interface Judgement {
  /** Mean over queries. */
  readonly recall: number;
  readonly worstRecall: number;
  readonly latency: Latency;
}

export const K = 10;

/**
 * Asks one query after another.
 * @param filters  Taken in turn, `{}` for none; each is used once before the clock starts, as the index keeps the rows that pass a filter.
 */
export async function judge(
  finder: NeighborFinder,
  targets: readonly JudgedTarget[],
  filters: readonly Filter[],
): Promise<Judgement> {
  const first = targets[0];
  if (first === undefined) throw new Error('nothing to search for');
  for (const filter of filters) await finder.search({ target: first.target, k: K, filter });
  const filterOf = (index: number): Filter => filters[index % filters.length] ?? {};
  const timesMs: number[] = [];
  const answers: (readonly ItemId[])[] = [];
  // The truth is looked at afterwards: it would fill the caches between one query and the next.
  for (const [index, { target }] of targets.entries()) {
    const startMs = performance.now();
    const answered = await finder.search({ target, k: K, filter: filterOf(index) });
    timesMs.push(performance.now() - startMs);
    answers.push(answered.map(({ item }) => item));
  }
  const recalls = targets.flatMap(({ truth }, index) => truth.recall(answers[index]!, K, filterOf(index)) ?? []);
  if (recalls.length === 0) throw new Error('no query had an answer');
  const recall = recalls.reduce((sum, each) => sum + each, 0) / recalls.length;
  return { recall, worstRecall: Math.min(...recalls), latency: latencyOf(timesMs) };
}
