import { compareIds, type ItemId } from '@kindred/shared/id';
import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { CAUSES_MAX } from './candidate.ts';
import { type CandidateSource, isRankedByTraining, type SourceAnswer } from './candidate-source.ts';

const LATEST_MAX = 10;
const NEIGHBORS_PER_ITEM = 50;
/** Makes the nearest neighbors count most: text encoders give even unrelated texts a high cosine. */
const SIMILARITY_EXPONENT = 8;

interface Contribution {
  /** The engaged item. */
  readonly item: ItemId;
  readonly score: number;
}

/** Neighbors of the items that the user engaged with last; one that several of them lead to ranks higher. */
export const similarSource: CandidateSource = {
  name: 'similar',

  weight: (context) =>
    context.engagements.length > 0 && !isRankedByTraining(context) ? SOURCES.similar.weight.known : 0,

  queries: ({ engagements }) => engagements.slice(0, LATEST_MAX).map(({ item }) => ({ item, k: NEIGHBORS_PER_ITEM })),

  candidates: (_context, answers) =>
    [...contributions(answers)]
      .map(([item, own]) => ({ item, sourceScore: own.reduce((sum, { score }) => sum + score, 0) }))
      .sort((a, b) => b.sourceScore - a.sourceScore || compareIds(a.item, b.item)),

  causes: (_context, answers, items) => {
    const byItem = contributions(answers);
    return new Map(
      items.flatMap((item): [ItemId, readonly ItemId[]][] => {
        const own = byItem.get(item);
        return own === undefined ? [] : [[item, strongest(own)]];
      }),
    );
  },
};

function contributions(answers: readonly SourceAnswer[]): ReadonlyMap<ItemId, readonly Contribution[]> {
  const byItem = new Map<ItemId, Contribution[]>();
  for (const { item: engaged, neighbors } of answers) {
    for (const { item, similarity } of neighbors) {
      const contribution = { item: engaged, score: Math.max(0, similarity) ** SIMILARITY_EXPONENT };
      const own = byItem.get(item);
      if (own === undefined) byItem.set(item, [contribution]);
      else own.push(contribution);
    }
  }
  return byItem;
}

function strongest(own: readonly Contribution[]): readonly ItemId[] {
  return own
    .toSorted((a, b) => b.score - a.score || compareIds(a.item, b.item))
    .slice(0, CAUSES_MAX)
    .map(({ item }) => item);
}
