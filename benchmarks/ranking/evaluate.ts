import type { ItemId } from '@kindred/shared/id';
import { coverageOf, giniOf, RANKED_MAX, USER_METRICS, userMetrics } from '@kindred/shared/model/ranking-metrics';
import { startProgress } from '../measure/progress.ts';
import { latencyOf } from '../measure/quantile.ts';
import { bootstrap } from './bootstrap.ts';
import type { Contender } from './contender.ts';
import type { EvaluatedUser } from './protocol.ts';
import type { ContenderResult } from './result.ts';

export interface EvaluateOptions {
  readonly users: readonly EvaluatedUser[];
  readonly catalogSize: number;
  readonly seed: number;
}

/** How deep exposure is counted. */
const SHOWN = 10;

/**
 * Lets a contender rank for every user, one after another, and judges it.
 * @throws Error when a ranking breaks the protocol: too long, repeats, or something that the user has seen.
 */
export async function evaluate(
  contender: Contender,
  { users, catalogSize, seed }: EvaluateOptions,
): Promise<ContenderResult> {
  const columns = USER_METRICS.map(() => new Float64Array(users.length));
  const exposures = new Map<ItemId, number>();
  const timesMs: number[] = [];
  const progress = startProgress(`ranking: ${contender.name}`, users.length);
  for (const [index, user] of users.entries()) {
    const startMs = performance.now();
    const ranked = await contender.rank(user);
    timesMs.push(performance.now() - startMs);
    requireFair(contender, user, ranked);
    const metrics = userMetrics(ranked, user.relevant);
    USER_METRICS.forEach((name, column) => {
      columns[column]![index] = metrics[name];
    });
    for (const item of ranked.slice(0, SHOWN)) exposures.set(item, (exposures.get(item) ?? 0) + 1);
    progress.at(index + 1);
  }
  progress.done();
  const estimates = bootstrap(columns, seed);
  const shown = [...exposures.values(), ...new Array<number>(Math.max(0, catalogSize - exposures.size)).fill(0)];
  return {
    name: contender.name,
    metrics: Object.fromEntries(USER_METRICS.map((name, column) => [name, estimates[column]!])),
    'coverage@10': coverageOf(shown),
    'gini@10': giniOf(shown),
    user: latencyOf(timesMs),
  };
}

function requireFair({ name }: Contender, { user, seen }: EvaluatedUser, ranked: readonly ItemId[]): void {
  const refuse = (what: string): never => {
    throw new Error(`${name} gave ${user} ${what}`);
  };
  if (ranked.length > RANKED_MAX) refuse(`${ranked.length} items`);
  if (new Set(ranked).size < ranked.length) refuse('an item twice');
  const known = ranked.find((item) => seen.has(item));
  if (known !== undefined) refuse(`${known}, which is among the training rows`);
}
