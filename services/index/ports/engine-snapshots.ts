import type { SnapshotNeed } from '../domain/snapshot-policy.ts';
import type { SpaceKey } from '../domain/space.ts';

/** Need of one space for a snapshot. */
export interface SpaceSnapshotNeed extends SpaceKey, SnapshotNeed {}

/**
 * Snapshots of an engine that holds its vectors in memory: the next engine opens a space from them. An engine that
 * stores changes by itself has none. Each engine with snapshots keeps `engine-snapshots.contract.ts`:
 * - a space is opened from its newest snapshot that is whole, of the same source and not beyond the source's head;
 *   every other one is refused with its reason, and never ends the process;
 * - the filter fields of items are in no snapshot, so they are applied after the opening;
 * - a snapshot says no later change than the space has every embedding up to;
 * - a dropped space leaves no snapshot.
 */
export interface EngineSnapshots {
  /** @returns One entry per space that is held. */
  snapshotNeeds(): Promise<readonly SpaceSnapshotNeed[]>;
  /**
   * Writes a snapshot of a space while it goes on to be searched and changed.
   * @returns The change up to which the snapshot has every embedding.
   * Rejects when it is not safely stored; the earlier one then stays. Rejects while another of the space is written.
   */
  writeSnapshot(space: SpaceKey): Promise<number>;
}
