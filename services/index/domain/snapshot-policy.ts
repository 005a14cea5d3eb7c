/** When a space's snapshot is written while the service runs. */
export interface SnapshotPolicy {
  /** After so many changes … */
  readonly changesMin: number;
  /** … but not before so long after the last attempt. */
  readonly intervalMs: number;
}

/** What decides whether a space needs a snapshot. */
export interface SnapshotNeed {
  /** Vectors that are scanned until they are built into the graph. */
  readonly unindexed: number;
  /** Vectors written or removed since the last snapshot that was written or loaded. */
  readonly unsaved: number;
  /** Whether the last snapshot is of another build, and so may hold vectors that are gone here; or none is there. */
  readonly isRebuilt: boolean;
  /** Whether one is being written. */
  readonly isSaving: boolean;
}

export const SNAPSHOT_POLICY: SnapshotPolicy = { changesMin: 5_000, intervalMs: 60_000 };

/**
 * Whether a snapshot is due. A finished rebuild makes one due however little has changed: the last snapshot still holds
 * what was deleted, and erasing it means erasing it on disk too.
 */
export function isSnapshotDue(
  status: SnapshotNeed,
  { changesMin, intervalMs }: SnapshotPolicy,
  sinceLastAttemptMs: number,
): boolean {
  if (status.isSaving || sinceLastAttemptMs < intervalMs) return false;
  return status.unsaved >= changesMin || (status.isRebuilt && status.unindexed === 0);
}

/** Whether a snapshot would keep anything that the last has not. */
export function isSnapshotWorthwhile({ unsaved, isRebuilt }: Pick<SnapshotNeed, 'unsaved' | 'isRebuilt'>): boolean {
  return unsaved > 0 || isRebuilt;
}
