import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';

/** A catalog and what its users did, as numbers: item `i` is `items[i]`, users have no names. */
export interface TrainingData {
  /** Rising by their bytes. */
  readonly items: readonly ItemId[];
  /** Of each item. */
  readonly fields: readonly ItemFields[];
  /** Shape `[items, dimensions]`, unit length; 0 where an item has none. `undefined` where no item has one. */
  readonly embeddings: Embeddings | undefined;
  /**
   * A row a user, the columns rising: every item that the user has any event on. The value is how strongly they liked it,
   * in (0, 1], and 0 where they only saw it; what they hid is absent.
   */
  readonly strengths: SparseRows;
  /** When and where it happened; `undefined` where nothing is known of that. */
  readonly interactionTimes: InteractionTimes | undefined;
}

/** Beside the entries of `strengths`, one for each. */
export interface InteractionTimes {
  /** How many days before the last event of the catalog the user last liked the item, or else last saw it; at least 0. */
  readonly ages: Float32Array<ArrayBuffer>;
  /** What all of the user's events on the item add up to, in saves; at least 0. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** The rank at which it was shown when the user liked it, from 1; 0 where that is not known. */
  readonly positions: Float32Array<ArrayBuffer>;
}

export interface Embeddings {
  readonly dimensions: number;
  readonly vectors: Float32Array<ArrayBuffer>;
}

/** The interactionTimes of some entries, in their order. */
export function interactionTimesAt(
  interactionTimes: InteractionTimes | undefined,
  entries: readonly number[],
): InteractionTimes | undefined {
  return (
    interactionTimes && {
      ages: Float32Array.from(entries, (i) => interactionTimes.ages[i]!),
      weights: Float32Array.from(entries, (i) => interactionTimes.weights[i]!),
      positions: Float32Array.from(entries, (i) => interactionTimes.positions[i]!),
    }
  );
}
