import type { ItemId } from '@kindred/shared/id';
import type { Neighbor } from '@kindred/shared/neighbor';

/** An item of the artefact whose scores a new one borrows. */
export interface Lender {
  readonly number: number;
  /** All of an item's lenders' weights sum to 1. */
  readonly weight: number;
}

/** Items that are newer than the artefact, each with its lenders. */
export interface Newcomers {
  /** Changes when any of it does. */
  readonly version: string;
  readonly lenders: ReadonlyMap<ItemId, readonly Lender[]>;
}

export const NO_NEWCOMERS: Newcomers = { version: 'none', lenders: new Map() };

const LENDERS_MAX = 20;
/** An item that few engaged with has nothing to lend. */
const LENDING_USERS_MIN = 5;
const LENDING_BORROWED_MAX = 0.5;
/** Makes the most alike lend most: text encoders give even strangers a high cosine. */
const LIKENESS_EXPONENT = 16;

/** What lends: the numbers of an artefact's items, and how many users engaged with each. */
export interface LendingItems {
  readonly numbers: ReadonlyMap<ItemId, number>;
  readonly model: { readonly positives: Float32Array };
  /** What share of what is known of each is borrowed itself. */
  readonly borrowedShare: Float32Array;
}

/** @param neighbors  Of the new item, by falling similarity. @returns The nearest that the artefact knows well. */
export function lendersOf(trained: LendingItems, neighbors: readonly Neighbor[]): readonly Lender[] {
  const known = neighbors
    .map(({ item, similarity }) => ({
      number: trained.numbers.get(item) ?? -1,
      weight: Math.max(0, similarity) ** LIKENESS_EXPONENT,
    }))
    .filter(
      ({ number, weight }) =>
        weight > 0 &&
        (trained.model.positives[number] ?? 0) >= LENDING_USERS_MIN &&
        trained.borrowedShare[number]! <= LENDING_BORROWED_MAX,
    )
    .slice(0, LENDERS_MAX);
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  return known.map(({ number, weight }) => ({ number, weight: weight / total }));
}
