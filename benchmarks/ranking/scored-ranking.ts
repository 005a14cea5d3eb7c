import type { ItemId } from '@kindred/shared/id';
import { RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { AddScores, WeighedItem } from './chosen-setting.ts';
import type { FitTask, Fitted } from './contender.ts';
import type { EvaluatedUser, Scope } from './protocol.ts';

/**
 * Ranks by a score of every item: all that the user has not seen, those without a score too; ties by number, which is by
 * a hash.
 * @param write  Writes all scores of a user, into zeros of shape `[items]`.
 */
export function scoredRanking(
  { data, numbers, newItems }: FitTask,
  write: (user: EvaluatedUser, scores: Float32Array) => void,
): Pick<Fitted, 'rank' | 'close'> {
  const { items } = data;
  const scores = new Float32Array(items.length);
  const top = new TopK(RANKED_MAX);
  const isIn = (item: ItemId, scope: Scope): boolean => scope === 'all' || newItems.has(item) === (scope === 'new');
  return {
    rank: async (user, scope) => {
      scores.fill(0);
      write(user, scores);
      const seen = new Set([...user.seen].map((item) => numbers.get(item)));
      for (let number = 0; number < items.length; number++) {
        if (!seen.has(number) && isIn(items[number]!, scope)) top.offer(number, scores[number]!);
      }
      return Array.from(top.take(), (number) => items[number]!);
    },
    close: async () => {},
  };
}

/**
 * Ranks by the scores of the user's items.
 * @param seenWeight  Weight of an item that is no positive, in [0, 1].
 */
export function historyRanking(
  task: FitTask,
  addScores: AddScores,
  seenWeight: number,
): Pick<Fitted, 'rank' | 'close'> {
  return scoredRanking(task, ({ seen, liked }, scores) => {
    const history = [...seen].flatMap((item): readonly WeighedItem[] => {
      const number = task.numbers.get(item);
      const weight = liked.has(item) ? 1 : seenWeight;
      return number === undefined || weight === 0 ? [] : [[number, weight]];
    });
    addScores(history, scores);
  });
}
