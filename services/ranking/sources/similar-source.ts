import { compareIds, type ItemId } from '@kindred/shared/id';
import type { Candidate } from './candidate.ts';
import { type CandidateSource, isRankedByTraining } from './candidate-source.ts';

const LATEST_MAX = 10;
const NEIGHBORS_PER_ITEM = 50;
const BECAUSE_MAX = 3;
/** Makes the nearest neighbors count most: text encoders give even strangers a high cosine. */
const SIMILARITY_EXPONENT = 8;

/** Neighbors of the items that the user engaged with last; one that several of them lead to ranks higher. */
export const similarSource: CandidateSource = {
  name: 'similar',
  weight: (context) => (context.engagements.length > 0 && !isRankedByTraining(context) ? 1 : 0),

  wishes: ({ engagements }) =>
    engagements.slice(0, LATEST_MAX).map(({ item }) => ({ target: { item }, k: NEIGHBORS_PER_ITEM })),

  candidates: (_context, wishes, neighbors) => {
    const found = new Map<ItemId, { item: ItemId; score: number; causes: { item: ItemId; score: number }[] }>();
    wishes.forEach(({ target }, index) => {
      if (!('item' in target)) return;
      for (const { item, similarity } of neighbors[index] ?? []) {
        const score = Math.max(0, similarity) ** SIMILARITY_EXPONENT;
        const known = found.get(item) ?? { item, score: 0, causes: [] };
        known.score += score;
        known.causes.push({ item: target.item, score });
        found.set(item, known);
      }
    });
    return [...found.values()]
      .sort((a, b) => b.score - a.score || compareIds(a.item, b.item))
      .map(
        ({ item, score, causes }): Candidate => ({
          item,
          score,
          because: causes
            .sort((a, b) => b.score - a.score || compareIds(a.item, b.item))
            .slice(0, BECAUSE_MAX)
            .map((cause) => cause.item),
        }),
      );
  },
};
