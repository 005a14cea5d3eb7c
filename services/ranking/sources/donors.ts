import type { ItemId } from '@kindred/shared/id';
import type { Neighbor } from '@kindred/shared/neighbor';

/** An item of the artifact that lends its scores to a cold-start item. */
export interface Donor {
  readonly number: number;
  /** All of an item's donors' weights sum to 1. */
  readonly weight: number;
}

/** Items that are newer than the artifact, each with its donors. */
export interface ColdStart {
  /** Changes when any of it does. */
  readonly version: string;
  readonly donors: ReadonlyMap<ItemId, readonly Donor[]>;
}

export const NO_COLD_START: ColdStart = { version: 'none', donors: new Map() };

const DONORS_MAX = 20;
/** An item with few engagements is no donor. */
const DONOR_USERS_MIN = 5;
const DONOR_IMPUTED_MAX = 0.5;
/** Makes the most similar donors count most: text encoders give even strangers a high cosine. */
const LIKENESS_EXPONENT = 16;

/** Donors: the numbers of an artifact's items, and how many users engaged with each. */
export interface DonorItems {
  readonly numbers: ReadonlyMap<ItemId, number>;
  readonly model: { readonly positives: Float32Array };
  /** What share of what is known of each is imputed itself. */
  readonly imputedShare: Float32Array;
}

/** @param neighbors  Of the new item, by falling similarity. @returns The nearest that the artifact knows well. */
export function donorsOf(trained: DonorItems, neighbors: readonly Neighbor[]): readonly Donor[] {
  const known = neighbors
    .map(({ item, similarity }) => ({
      number: trained.numbers.get(item) ?? -1,
      weight: Math.max(0, similarity) ** LIKENESS_EXPONENT,
    }))
    .filter(
      ({ number, weight }) =>
        weight > 0 &&
        (trained.model.positives[number] ?? 0) >= DONOR_USERS_MIN &&
        trained.imputedShare[number]! <= DONOR_IMPUTED_MAX,
    )
    .slice(0, DONORS_MAX);
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  return known.map(({ number, weight }) => ({ number, weight: weight / total }));
}
