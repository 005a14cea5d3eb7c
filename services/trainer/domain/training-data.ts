import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import type { SparseRows } from '@kindred/shared/model/sparse-rows';

/** A catalog and what its users did, as numbers: item `i` is `items[i]`, users have no names. */
export interface TrainingData {
  /** Rising by their bytes. */
  readonly items: readonly ItemId[];
  /** Of each item; `{}` for one that has events and no row. */
  readonly fields: readonly ItemFields[];
  /** When each item came to be, in milliseconds since 1970. */
  readonly createdAtMs: Float64Array<ArrayBuffer>;
  /** Shape `[items, dimensions]`, unit length; 0 where an item has none. `undefined` where no item has one. */
  readonly embeddings: Embeddings | undefined;
  /**
   * A row a user, the columns rising: every item that the user has any event on. The value is how strongly they liked it,
   * in (0, 1], and 0 where they only saw it or hid it.
   */
  readonly strengths: SparseRows;
}

export interface Embeddings {
  readonly dimensions: number;
  readonly vectors: Float32Array<ArrayBuffer>;
}
