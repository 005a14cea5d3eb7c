import type { NewItemsResult } from '../new-items/result.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction, percent } from './numbers.ts';
import { runLine } from './run-line.ts';

/** Gain of new items and loss of the others, as the former are raised. */
export function newItemsSection(result: NewItemsResult): string {
  const { data, target, users, knownUsers, without, settings } = result;
  const loss = (kept: number, whole: number): string => percent(Math.round(1_000 * (1 - kept / whole)) / 1_000);
  const rows = settings.map(({ raise, newRecall20, newShown20, ndcg20, recall20 }) => [
    raise === 0 ? 'as trained' : `${raise > 0 ? '+' : '−'}${Math.abs(raise)}`,
    fraction(newRecall20),
    newShown20.toFixed(2),
    fraction(ndcg20),
    loss(ndcg20, without.ndcg20),
    fraction(recall20),
    loss(recall20, without.recall20),
  ]);
  return [
    `### ${data}`,
    `${users.toLocaleString('en')} users of ${data} for the new items, ${knownUsers.toLocaleString('en')} for the others, judged on the ${target} rows. With new items filtered out the others reach nDCG@20 ${fraction(without.ndcg20)} and recall@20 ${fraction(without.recall20)}. The amounts added to a new item's score were not chosen by these figures.`,
    markdownTable(
      ['added', 'new: recall@20', 'new in 20', 'others: nDCG@20', 'loss', 'others: recall@20', 'loss'],
      rows,
    ),
    runLine(result),
  ].join('\n\n');
}
