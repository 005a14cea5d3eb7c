import { coEngagementRows } from '@kindred/shared/model/rp3beta';
import { rowScores } from '../chosen-setting.ts';
import type { Contender } from '../contender.ts';
import { historyRanking } from '../scored-ranking.ts';

/** Entries of each item. */
const KEPT = 200;

/** RP3β on positives: the three-step walk, popular ends discounted. */
export const rp3beta: Contender = {
  name: 'rp3beta',
  knowsNewItems: false,
  fit: async (task) => {
    const { strengths, items } = task.data;
    const rows = coEngagementRows(strengths, items.length, KEPT);
    return { parameters: { k: KEPT, alpha: 0.7, beta: 0.6 }, ...historyRanking(task, rowScores(rows), 0) };
  },
};
