import type { SpaceStatus } from '../ports.ts';

/** When a space's snapshot is written while the service runs. */
export interface SnapshotPolicy {
  /** After so many changes … */
  readonly changesMin: number;
  /** … but not before so long after the last attempt. */
  readonly intervalMs: number;
}

export const SNAPSHOT_POLICY: SnapshotPolicy = { changesMin: 5_000, intervalMs: 60_000 };

/**
 * Whether a snapshot is due. A finished rebuild makes one due however little has changed: the last snapshot still holds
 * what was deleted, and erasing it means erasing it on disk too.
 */
export function isSnapshotDue(
  status: Pick<SpaceStatus, 'unsaved' | 'isRebuilt' | 'isSaving' | 'unindexed'>,
  { changesMin, intervalMs }: SnapshotPolicy,
  sinceLastAttemptMs: number,
): boolean {
  if (status.isSaving || sinceLastAttemptMs < intervalMs) return false;
  return status.unsaved >= changesMin || (status.isRebuilt && status.unindexed === 0);
}

/** Whether a snapshot would keep anything that the last has not. */
export function isSnapshotWorthwhile({ unsaved, isRebuilt }: Pick<SpaceStatus, 'unsaved' | 'isRebuilt'>): boolean {
  return unsaved > 0 || isRebuilt;
}
