import type { ItemId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';

/** Something that finds neighbors among items it was given. */
export interface NeighborFinder {
  readonly name: string;
  /** @returns Nearest first. */
  search(query: NeighborQuery): Promise<readonly { readonly item: ItemId }[]>;
}
