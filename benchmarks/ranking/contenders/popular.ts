import type { Contender } from '../contender.ts';
import { scoredRanking } from '../scored-ranking.ts';

/** The items with most positive engagements in training, the same for all. */
export const popular: Contender = {
  name: 'popular',
  knowsNewItems: false,
  fit: async (task) => {
    const { columns, values } = task.data.strengths;
    const counts = new Float32Array(task.data.items.length);
    for (const [i, item] of columns.entries()) if (values[i]! > 0) counts[item]!++;
    return { parameters: {}, ...scoredRanking(task, (_, scores) => scores.set(counts)) };
  },
};
