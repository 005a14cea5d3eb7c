import type { Contender } from '../contender.ts';
import { eachRow } from '../protocol.ts';
import { scoredRanking } from '../scored-ranking.ts';

const HALF_LIFE_DAYS = 30;
const DAY_MS = 86_400_000;

/** The items with most positive engagements of late, the same for all: each counts half after a half-life. */
export const recentPopular: Contender = {
  name: 'recent-popular',
  knowsNewItems: false,
  unfit: ({ train }) => (train.table.atMs === undefined ? 'its rows have no times' : undefined),
  fit: async (task) => {
    let latestMs = Number.NEGATIVE_INFINITY;
    eachRow(task.train, ({ atMs = latestMs }) => {
      latestMs = Math.max(latestMs, atMs);
    });
    const values = new Float64Array(task.data.items.length);
    eachRow(task.train, ({ item, positive, atMs = latestMs }) => {
      const number = task.numbers.get(item);
      if (positive && number !== undefined) values[number]! += 2 ** ((atMs - latestMs) / DAY_MS / HALF_LIFE_DAYS);
    });
    return {
      parameters: { halfLifeDays: HALF_LIFE_DAYS },
      ...scoredRanking(task, (_, scores) => scores.set(values)),
    };
  },
};
