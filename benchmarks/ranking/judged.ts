import type { ItemId, UserId } from '@kindred/shared/id';
import {
  coverageOf,
  giniOf,
  listDiversity,
  noveltyOf,
  popularityLift,
  QUALITY_METRICS,
  qualityOf,
} from '@kindred/shared/model/ranking-metrics';
import type { FitTask } from './contender.ts';
import type { EvaluatedUser } from './protocol.ts';

/** Facts about the items that are shown. */
export interface ItemFacts {
  /** Number of users who engaged positively in training; 0 without an entry. */
  readonly positives: ReadonlyMap<ItemId, number>;
  /** Users of training. */
  readonly userCount: number;
  /** Unit length; `undefined` for an item without text. */
  readonly vectorOf: (item: ItemId) => Float32Array | undefined;
}

/** Depth of a list in the metrics of whole lists. */
const SHOWN = 10;
const LIST_METRICS = ['intra-list-diversity@10', 'novelty@10', 'popularity-lift@10'] as const;
const COLUMN_NAMES: readonly string[] = [...QUALITY_METRICS, ...LIST_METRICS];

/** One value a user, in the order of the users, by the metric's name; NaN where the user has none. */
export type Columns = ReadonlyMap<string, Float64Array>;

export function itemFacts({ data, numbers }: FitTask): ItemFacts {
  const { strengths, items, embeddings } = data;
  const positives = new Map<ItemId, number>();
  for (const [i, number] of strengths.columns.entries()) {
    const item = items[number]!;
    if (strengths.values[i]! > 0) positives.set(item, (positives.get(item) ?? 0) + 1);
  }
  return {
    positives,
    userCount: strengths.starts.length - 1,
    vectorOf: (item) => {
      const number = numbers.get(item);
      if (number === undefined || embeddings === undefined) return undefined;
      const { dimensions, vectors } = embeddings;
      const vector = vectors.subarray(number * dimensions, (number + 1) * dimensions);
      return vector.some((value) => value !== 0) ? vector : undefined;
    },
  };
}

/** Judges each user's list by what is relevant to them. */
export function judged(
  lists: ReadonlyMap<UserId, readonly ItemId[]>,
  users: readonly EvaluatedUser[],
  facts: ItemFacts,
): Columns {
  const columns = new Map(COLUMN_NAMES.map((name) => [name, new Float64Array(users.length)]));
  users.forEach(({ user, relevant, liked }, index) => {
    const ranked = lists.get(user) ?? [];
    const values = [...qualityOf(ranked, relevant), ...listMetrics(ranked.slice(0, SHOWN), liked, facts)];
    COLUMN_NAMES.forEach((name, place) => {
      columns.get(name)![index] = values[place] ?? Number.NaN;
    });
  });
  return columns;
}

/** As `LIST_METRICS` orders them. */
function listMetrics(
  shown: readonly ItemId[],
  liked: ReadonlySet<ItemId>,
  { positives, userCount, vectorOf }: ItemFacts,
): readonly (number | undefined)[] {
  if (shown.length === 0) return [];
  const popularity = (item: ItemId): number => positives.get(item) ?? 0;
  const counts = shown.map(popularity);
  const vectors = shown.map(vectorOf).filter((vector) => vector !== undefined);
  return [
    listDiversity(vectors),
    noveltyOf(counts, Math.max(1, userCount)),
    popularityLift(counts, [...liked].map(popularity)),
  ];
}

/** Spread of the places of all lists over the catalog. */
export function exposureMetrics(
  lists: ReadonlyMap<UserId, readonly ItemId[]>,
  users: readonly EvaluatedUser[],
  catalogSize: number,
): Readonly<Record<'coverage@10' | 'gini@10', number>> {
  const exposures = new Map<ItemId, number>();
  for (const { user } of users) {
    for (const item of (lists.get(user) ?? []).slice(0, SHOWN)) exposures.set(item, (exposures.get(item) ?? 0) + 1);
  }
  const shown = [...exposures.values(), ...new Array<number>(Math.max(0, catalogSize - exposures.size)).fill(0)];
  return { 'coverage@10': coverageOf(shown), 'gini@10': exposures.size === 0 ? 0 : giniOf(shown) };
}

/** The columns of some of the users. @param indices  Rising. */
export function columnsOf(columns: Columns, indices: readonly number[]): Columns {
  return new Map([...columns].map(([name, column]) => [name, Float64Array.from(indices, (index) => column[index]!)]));
}
