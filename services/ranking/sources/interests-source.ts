import { compareIds, type ItemId } from '@kindred/shared/id';
import { sampleByWeight } from '@kindred/shared/numeric/random';
import type { Candidate } from './candidate.ts';
import type { CandidateSource } from './candidate-source.ts';

const INTERESTS_MAX = 5;
const NEIGHBORS_PER_INTEREST = 100;
const BECAUSE_MAX = 3;

/** Neighbors of the medoids of a few interests, drawn in proportion to their importance. */
export const interestsSource: CandidateSource = {
  name: 'interests',
  weight: ({ interests }) => (interests.length > 0 ? 1 : 0),

  wishes: ({ interests, random }) =>
    sampleByWeight(
      interests.map((interest) => interest.importance),
      INTERESTS_MAX,
      random,
    ).map((index) => ({ target: { item: interests[index]!.medoid }, k: NEIGHBORS_PER_INTEREST })),

  candidates: ({ interests }, wishes, neighbors) => {
    const total = interests.reduce((sum, interest) => sum + interest.importance, 0);
    const byMedoid = new Map(interests.map((interest) => [interest.medoid, interest]));
    const best = new Map<ItemId, Candidate>();
    wishes.forEach((wish, index) => {
      const interest = 'item' in wish.target ? byMedoid.get(wish.target.item) : undefined;
      if (interest === undefined) return;
      // After centuries all importance is nothing.
      const share = total > 0 ? Math.sqrt(interest.importance / total) : 1;
      const because = [interest.medoid, ...interest.items.filter((item) => item !== interest.medoid)].slice(
        0,
        BECAUSE_MAX,
      );
      for (const { item, similarity } of neighbors[index] ?? []) {
        const score = share * similarity;
        const known = best.get(item);
        if (known === undefined || score > known.score) best.set(item, { item, score, because });
      }
    });
    return [...best.values()].sort((a, b) => b.score - a.score || compareIds(a.item, b.item));
  },
};
