import type { FilterFields } from '@kindred/shared/filter';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { Space, SpaceKey } from './space.ts';

/** An item's row: what filters read of it, and in which spaces it has an embedding. */
export interface ItemChange {
  readonly kind: 'item';
  readonly change: number;
  readonly catalog: CatalogId;
  readonly item: ItemId;
  /** `undefined` once the item is deleted. */
  readonly fields: FilterFields | undefined;
  /** Spaces in which the item had an embedding when the row was read; it has none in any other. */
  readonly spaces: readonly SpaceId[];
}

/** An embedding's row. */
export interface EmbeddingChange extends SpaceKey {
  readonly kind: 'embedding';
  readonly change: number;
  readonly item: ItemId;
  /** Shape `[dimensions]` of its space, unit length. */
  readonly vector: Float32Array;
}

/** A space's row. */
export interface SpaceChange extends Space {
  readonly kind: 'space';
  readonly change: number;
}

/** A row as it is when it is read; written again, it comes again with a higher change number. */
export type Change = ItemChange | EmbeddingChange | SpaceChange;

/** Start and end of a reading of rows, by change number: `after < change ≤ upTo`. */
export interface ChangeRange {
  readonly after: number;
  readonly upTo: number;
}
