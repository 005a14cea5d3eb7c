import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { DenseRows } from '../matrix/dense-rows.ts';
import type { InteractionTimes } from './interaction-times.ts';

/** A catalog and what its users did, as numbers: item `i` is `items[i]`, and users have no names. */
export interface TrainingData {
  /** Ids, rising by their bytes. */
  readonly items: readonly ItemId[];
  /** Fields of each item. */
  readonly fields: readonly ItemFields[];
  /** Unit length, one row per item; 0 for an item without one. `undefined` where no item has one. */
  readonly embeddings: Embeddings | undefined;
  /**
   * One row per user, columns rising: every item that the user has any event on. The value is how strongly they liked it,
   * in (0, 1], and 0 for an item that they only saw; items that they hid are absent.
   */
  readonly strengths: SparseRows;
  /** `undefined` where neither times nor ranks of the pairs are known. */
  readonly interactionTimes: InteractionTimes | undefined;
}

/** Embeddings of items in one space, one row per item. */
export type Embeddings = DenseRows;
