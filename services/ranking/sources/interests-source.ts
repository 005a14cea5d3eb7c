import { compareIds, type ItemId } from '@kindred/shared/id';
import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { sampleByWeight } from '@kindred/shared/numeric/random';
import type { Interest } from '../profile/interest.ts';
import { CAUSES_MAX, type Candidate } from './candidate.ts';
import {
  type CandidateSource,
  isRankedByTraining,
  type RetrievalContext,
  type SourceAnswer,
} from './candidate-source.ts';

const INTERESTS_MAX = 5;
const NEIGHBORS_PER_INTEREST = 100;

/** Neighbors of the medoids of a few interests, drawn in proportion to their importance. */
export const interestsSource: CandidateSource = {
  name: 'interests',

  weight: (context) =>
    context.interests.length > 0 && !isRankedByTraining(context) ? SOURCES.interests.weight.known : 0,

  queries: ({ interests, random }) =>
    sampleByWeight(
      interests.map((interest) => interest.importance),
      INTERESTS_MAX,
      random,
    ).map((index) => ({ item: interests[index]!.medoid, k: NEIGHBORS_PER_INTEREST })),

  candidates: (context, answers) =>
    [...strongest(context, answers)]
      .map(([item, { sourceScore }]): Candidate => ({ item, sourceScore }))
      .sort((a, b) => b.sourceScore - a.sourceScore || compareIds(a.item, b.item)),

  causes: (context, answers, items) => {
    const byItem = strongest(context, answers);
    return new Map(
      items.flatMap((item): [ItemId, readonly ItemId[]][] => {
        const interest = byItem.get(item)?.interest;
        return interest === undefined ? [] : [[item, representatives(interest)]];
      }),
    );
  },
};

/** The interest that scores each item highest: similarity to its medoid times the root of its share of all importance. */
function strongest(
  { interests }: RetrievalContext,
  answers: readonly SourceAnswer[],
): ReadonlyMap<ItemId, { readonly sourceScore: number; readonly interest: Interest }> {
  const total = interests.reduce((sum, interest) => sum + interest.importance, 0);
  const byMedoid = new Map(interests.map((interest) => [interest.medoid, interest]));
  const best = new Map<ItemId, { readonly sourceScore: number; readonly interest: Interest }>();
  for (const { item: medoid, neighbors } of answers) {
    const interest = byMedoid.get(medoid);
    if (interest === undefined) continue;
    // After centuries every importance has decayed to 0.
    const share = total > 0 ? Math.sqrt(interest.importance / total) : 1;
    for (const { item, similarity } of neighbors) {
      const sourceScore = share * similarity;
      if (sourceScore > (best.get(item)?.sourceScore ?? Number.NEGATIVE_INFINITY)) {
        best.set(item, { sourceScore, interest });
      }
    }
  }
  return best;
}

function representatives({ medoid, items }: Interest): readonly ItemId[] {
  return [medoid, ...items.filter((item) => item !== medoid)].slice(0, CAUSES_MAX);
}
