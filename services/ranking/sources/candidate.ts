import type { ItemId } from '@kindred/shared/id';

export interface Candidate {
  readonly item: ItemId;
  /** The source's own measure, higher is better; comparable within the source only. */
  readonly score: number;
  /** The items of the user's history that it came from, strongest first; `[]` where it came from none. */
  readonly because: readonly ItemId[];
}
