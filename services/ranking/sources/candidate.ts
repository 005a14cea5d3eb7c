import type { ItemId } from '@kindred/shared/id';

/** An item that a source proposes. */
export interface Candidate {
  readonly item: ItemId;
  /** The source's own measure, higher is better; comparable within the source only. */
  readonly sourceScore: number;
}

/** Items of the user's history that led to each of some candidates, strongest first; no entry if none did. */
export type Causes = ReadonlyMap<ItemId, readonly ItemId[]>;

/** Causes that are named for one candidate of a source. */
export const CAUSES_MAX = 3;

export const NO_CAUSES: Causes = new Map();
