import { watchMemory } from '@kindred/shared/platform/peak-memory';
import { latencyOf } from '../measure/quantile.ts';
import type { Contender, FitTask, Fitted } from './contender.ts';
import { type Columns, columnsOf, exposureMetrics, type ItemFacts, judged } from './judged.ts';
import type { EvaluatedUser } from './protocol.ts';
import { rankAll } from './rankings.ts';
import type { ContenderResult } from './result.ts';
import { historySlices, UNTRAINED_ITEMS, untrainedUsers } from './slice.ts';
import { type Summary, summaryOf } from './summary.ts';

/** Judged users, in a catalog that contenders are fitted on. */
export interface Evaluation {
  readonly task: FitTask;
  readonly facts: ItemFacts;
  readonly users: readonly EvaluatedUser[];
}

/** The same for a catalog without the rows of its new items. */
export interface NewItemsEvaluation {
  readonly task: FitTask;
  readonly facts: ItemFacts;
  /** Judged on the new items alone. */
  readonly users: readonly EvaluatedUser[];
  /** Judged on the others alone. */
  readonly knownUsers: readonly EvaluatedUser[];
}

export interface Evaluated {
  readonly result: ContenderResult;
  readonly columns: Columns;
}

/** Fits a contender and judges what it ranks for every user. @throws as `rankAll`. */
export async function evaluate(contender: Contender, { task, facts, users }: Evaluation): Promise<Evaluated> {
  const memory = watchMemory();
  const { fitted, fitSeconds } = await timedFit(contender, task);
  try {
    const { lists, timesMs } = await rankAll(contender.name, fitted, { users, scope: 'all' });
    const memoryMiB = memory.stop();
    const columns = judged(lists, users, facts);
    const { metrics, intervals } = summaryOf(columns, task.seed);
    const slices = historySlices(users).map(({ name, indices }): [string, Summary] => [
      name,
      summaryOf(columnsOf(columns, indices), task.seed),
    ]);
    const untrained = untrainedUsers(users, task);
    if (untrained.length > 0) {
      slices.push([UNTRAINED_ITEMS, summaryOf(judged(lists, untrained, facts), task.seed)]);
    }
    const versions = fitted.versions?.();
    const { p50Ms: userMsP50, p99Ms: userMsP99 } = latencyOf(timesMs);
    const result = {
      name: contender.name,
      parameters: { ...fitted.parameters },
      metrics: { ...metrics, ...exposureMetrics(lists, users, task.data.items.length) },
      intervals,
      slices: Object.fromEntries(slices.map(([name, summary]) => [name, summary.metrics])),
      sliceIntervals: {},
      fitSeconds,
      userMsP50,
      userMsP99,
      memoryMiB,
      ...(versions && { versions: { ...versions.ranked }, versionCount: versions.count }),
    };
    return { result, columns };
  } finally {
    await fitted.close();
  }
}

/**
 * Fits a contender without the new items' rows, and judges what it does with them: `new-items` among themselves,
 * `new-items-full-catalog` in the full catalog, `known-items-full-catalog` what the others keep beside them, and
 * `known-items` what they reach where the new ones are filtered out.
 */
export async function evaluateNewItems(
  contender: Contender,
  { task, facts, users, knownUsers }: NewItemsEvaluation,
): Promise<Readonly<Record<string, Summary>>> {
  const { fitted } = await timedFit(contender, task);
  try {
    const everyone = [...new Map([...users, ...knownUsers].map((user) => [user.user, user])).values()];
    const full = await rankAll(contender.name, fitted, { users: everyone, scope: 'all' });
    const among = await rankAll(contender.name, fitted, { users, scope: 'new' });
    const known = await rankAll(contender.name, fitted, { users: knownUsers, scope: 'known' });
    return {
      'new-items': summaryOf(judged(among.lists, users, facts), task.seed),
      'new-items-full-catalog': summaryOf(judged(full.lists, users, facts), task.seed),
      'known-items': summaryOf(judged(known.lists, knownUsers, facts), task.seed),
      'known-items-full-catalog': summaryOf(judged(full.lists, knownUsers, facts), task.seed),
    };
  } finally {
    await fitted.close();
  }
}

/** A contender's result with what it did with new items. */
export function withSlices(result: ContenderResult, added: Readonly<Record<string, Summary>>): ContenderResult {
  const metrics = Object.entries(added).map(([name, summary]) => [name, summary.metrics]);
  const intervals = Object.entries(added).map(([name, summary]) => [name, summary.intervals]);
  return {
    ...result,
    slices: { ...result.slices, ...Object.fromEntries(metrics) },
    sliceIntervals: { ...result.sliceIntervals, ...Object.fromEntries(intervals) },
  };
}

async function timedFit(
  contender: Contender,
  task: FitTask,
): Promise<{ readonly fitted: Fitted; readonly fitSeconds: number }> {
  console.log(`ranking: fitting ${contender.name}`);
  const startMs = performance.now();
  const fitted = await contender.fit(task);
  return { fitted, fitSeconds: fitted.fitSeconds ?? (performance.now() - startMs) / 1_000 };
}
