import { contentRowsOf, kernelOf } from '@kindred/trainer/domain/fit-model';
import type { Contender } from '../contender.ts';
import { rowsRanking } from '../scored-ranking.ts';

/** What the user liked, by likeness of words and embeddings alone: the content rows of the trainer, no engagement model. */
export const contentOnly: Contender = {
  name: 'content-only',
  knowsNewItems: true,
  needsTimes: false,
  fit: async (task) => {
    const { data, multiply } = task;
    const rows = await contentRowsOf(await kernelOf(data, multiply), data.items.length, multiply);
    return { parameters: {}, ...rowsRanking(task, rows, 0) };
  },
};
