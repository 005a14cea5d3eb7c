import { contentFeatures } from '@kindred/trainer/item-item/content-features';
import { kernelOf } from '@kindred/trainer/item-item/content-kernel';
import { contentRowsOf } from '@kindred/trainer/item-item/content-rows';
import { DENSE_ITEMS_MAX } from '@kindred/trainer/item-item/prepared-catalog';
import { rowScores } from '../chosen-setting.ts';
import type { Contender } from '../contender.ts';
import { historyRanking } from '../scored-ranking.ts';

/** Ranks by likeness of words and embeddings to the liked items alone: the trainer's content rows, no engagement model. */
export const contentOnly: Contender = {
  name: 'content-only',
  knowsNewItems: true,
  unfit: ({ data: { items, fields, embeddings } }) => {
    if (items.length > DENSE_ITEMS_MAX) return `its dense fit takes ${DENSE_ITEMS_MAX} items`;
    const hasContent = embeddings !== undefined || contentFeatures(fields).wordCount > 0;
    return hasContent ? undefined : 'the items have no content';
  },
  fit: async (task) => {
    const { data, multiply } = task;
    const rows = await contentRowsOf(await kernelOf(data, multiply), data.items.length, multiply);
    return { parameters: {}, ...historyRanking(task, rowScores(rows), 0) };
  },
};
