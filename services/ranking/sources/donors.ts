import type { ItemId } from '@kindred/shared/id';
import type { Neighbor } from '@kindred/shared/neighbor';

/** An item of the artifact whose scores are imputed to a cold-start item. */
export interface Donor {
  readonly number: number;
  /** The weights of an item's donors sum to 1. */
  readonly weight: number;
}

/** Items newer than the artifact, each with its donors. */
export interface ColdStart {
  /** Changes when any of it does. */
  readonly version: string;
  readonly donors: ReadonlyMap<ItemId, readonly Donor[]>;
}

export const NO_COLD_START: ColdStart = { version: 'none', donors: new Map() };

const DONORS_MAX = 20;
/** An item with fewer engaged users is no donor. */
const DONOR_USERS_MIN = 5;
const DONOR_IMPUTED_MAX = 0.5;
/** Makes the most similar donors count most: text encoders give even unrelated texts a high cosine. */
const SIMILARITY_EXPONENT = 16;

/** The part of an artifact that donors are chosen by. */
export interface DonorItems {
  readonly numbers: ReadonlyMap<ItemId, number>;
  /** Number of users who engaged with each item. */
  readonly model: { readonly positives: Float32Array };
  /** Share of each item's own scores that is imputed. */
  readonly imputedShare: Float32Array;
}

/** @param neighbors  Of the cold-start item, by falling similarity. @returns The nearest that have scores of their own to give. */
export function donorsOf(
  { numbers, model, imputedShare }: DonorItems,
  neighbors: readonly Neighbor[],
): readonly Donor[] {
  const donors = neighbors
    .map(({ item, similarity }) => ({
      number: numbers.get(item) ?? -1,
      weight: Math.max(0, similarity) ** SIMILARITY_EXPONENT,
    }))
    .filter(
      ({ number, weight }) =>
        weight > 0 && (model.positives[number] ?? 0) >= DONOR_USERS_MIN && imputedShare[number]! <= DONOR_IMPUTED_MAX,
    )
    .slice(0, DONORS_MAX);
  const total = donors.reduce((sum, { weight }) => sum + weight, 0);
  return donors.map(({ number, weight }) => ({ number, weight: weight / total }));
}
