import type { ItemId } from '@kindred/shared/id';
import { DIVERSITY_DEFAULT, mmr, type RelevantItem } from '@kindred/shared/model/mmr';
import { ndcgAt20 } from '@kindred/shared/model/ranking-metrics';
import { relevanceShares } from '@kindred/shared/model/relevance-shares';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import { differenceOf } from '../evaluation/paired-difference.ts';
import type { Embeddings, TrainingData } from '../history/training-data.ts';

/** Candidates of a user, each with the parts of its score. */
export interface PartedList {
  readonly items: Int32Array;
  readonly parts: readonly Float64Array[];
}

/** Diversities among which the largest that costs nothing is looked for, rising. */
const DIVERSITIES = [0, 0.02, 0.05, DIVERSITY_DEFAULT] as const;
/** Users judged, at most: each costs some milliseconds. */
export const DIVERSITY_USERS_MAX = 1_000;
/** As serving has them: candidates that a slate is picked from, and items of a slate. */
const POOL = 100;
const SHOWN = 20;

/**
 * The largest diversity whose slates are worth no less than those of none, by nDCG@20, than chance explains: embeddings of
 * titles that tell nothing make diversity a price without a return.
 * @param embeddings  Of `catalog`, centred; `undefined` where no item has one: then diversity changes nothing.
 * @param listOf  Candidates of each user, in the order of the users.
 * Cost: a slate per user and diversity.
 */
export function chooseDiversity(
  users: readonly JudgedUser[],
  { items, embeddings }: Pick<TrainingData, 'items' | 'embeddings'>,
  listOf: (u: number) => PartedList,
): number {
  const [none, ...others] = DIVERSITIES;
  if (embeddings === undefined) return DIVERSITY_DEFAULT;
  const pools = users.map(({ masked }, u) => poolOf(listOf(u), masked, items, embeddings));
  const ndcgs = (diversity: number): Float64Array =>
    Float64Array.from(users, ({ targets }, u) => {
      const slate = mmr(pools[u]!, SHOWN, diversity).map(({ entry }) => entry.number);
      return ndcgAt20(slate, targets);
    });
  const plain = ndcgs(none);
  const isFree = (diversity: number): boolean => {
    const { mean, error } = differenceOf(ndcgs(diversity), plain);
    return mean >= -error;
  };
  return others.findLast(isFree) ?? none;
}

interface PooledItem extends RelevantItem {
  readonly number: number;
}

function poolOf(
  { items, parts }: PartedList,
  masked: ReadonlySet<number>,
  ids: readonly ItemId[],
  { dimensions, vectors }: Embeddings,
): readonly PooledItem[] {
  const scores = parts.map((ofItem) => ofItem.reduce((sum, part) => sum + part, 0));
  const unmet = [...items.keys()].filter((place) => !masked.has(items[place]!));
  const best = unmet.sort((a, b) => scores[b]! - scores[a]! || items[a]! - items[b]!).slice(0, POOL);
  const shares = relevanceShares(
    best.map((place) => parts[place]!),
    false,
  );
  return best.map((place, rank) => {
    const number = items[place]!;
    const vector = vectors.subarray(number * dimensions, (number + 1) * dimensions);
    return {
      number,
      item: ids[number]!,
      relevance: shares[rank]!.relevance,
      vector: vector.some((value) => value !== 0) ? vector : undefined,
    };
  });
}
