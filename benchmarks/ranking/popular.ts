import type { ItemId } from '@kindred/shared/id';
import { RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import { hashOrdered } from '../measure/stable-hash.ts';
import type { Contender } from './contender.ts';

/** The items with most positive engagements in training, the same for all; ties by a hash of the item. */
export function popular(counts: ReadonlyMap<ItemId, number>, seed: number): Contender {
  const hashed = hashOrdered(counts.keys(), (item) => item, seed);
  const ranked = hashed.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  return {
    name: 'popular',
    rank: async ({ seen }) =>
      ranked
        .values()
        .filter((item) => !seen.has(item))
        .take(RANKED_MAX)
        .toArray(),
  };
}
