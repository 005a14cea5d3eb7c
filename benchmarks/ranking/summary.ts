import { QUALITY_METRICS } from '@kindred/shared/model/ranking-metrics';
import { bootstrap } from './bootstrap.ts';
import type { Columns } from './judged.ts';
import type { Difference } from './result.ts';

/** Means over users with their intervals, by the metric's name. */
export type Summary = Omit<Difference, 'baseline'>;

/** Metrics that no user has are left out. Cost: as `bootstrap`. */
export function summaryOf(columns: Columns, seed: number): Summary {
  const known = [...columns].filter(([, column]) => column.some((value) => !Number.isNaN(value)));
  const estimates = bootstrap(
    known.map(([, column]) => column),
    seed,
  );
  return {
    metrics: Object.fromEntries(known.map(([name], place) => [name, estimates[place]!.mean])),
    intervals: Object.fromEntries(
      known.map(([name], place): [string, [number, number]] => {
        const { low, high } = estimates[place]!;
        return [name, [low, high]];
      }),
    ),
  };
}

/** One contender minus another, user by user, over the same users. */
export function differenceOf(own: Columns, other: Columns, seed: number): Summary {
  const differences = new Map(
    QUALITY_METRICS.map((name) => {
      const [left, right] = [own.get(name)!, other.get(name)!];
      return [name, left.map((value, user) => value - right[user]!)];
    }),
  );
  return summaryOf(differences, seed);
}
