/** Decides when a space's snapshot is written while the service runs. */
export interface SnapshotPolicy {
  /** Least number of unsaved vectors that makes a snapshot due. */
  readonly changesMin: number;
  /** Least time between two attempts. */
  readonly intervalMs: number;
}

/** The state of one space that decides if it needs a snapshot. */
export interface SnapshotNeed {
  /** Vectors that are scanned until they are built into the graph. */
  readonly unindexed: number;
  /** Vectors written or removed since the last snapshot that was written or loaded. */
  readonly unsaved: number;
  /** True if the last snapshot is of another build, and so may hold vectors that are gone here, or if there is none. */
  readonly isRebuilt: boolean;
  /** True while a snapshot is being written. */
  readonly isSaving: boolean;
}

/** The policy unless options say otherwise. */
export const SNAPSHOT_POLICY: SnapshotPolicy = { changesMin: 5_000, intervalMs: 60_000 };

/**
 * True if a snapshot is due. A finished rebuild makes one due however little has changed: the last snapshot still holds
 * what was deleted, and erasing it means erasing it on disk too.
 */
export function isSnapshotDue(
  need: SnapshotNeed,
  { changesMin, intervalMs }: SnapshotPolicy,
  sinceLastAttemptMs: number,
): boolean {
  if (need.isSaving || sinceLastAttemptMs < intervalMs) return false;
  return need.unsaved >= changesMin || (need.isRebuilt && need.unindexed === 0);
}

/** True if a snapshot would keep anything that the last one lacks. */
export function isSnapshotWorthwhile({ unsaved, isRebuilt }: Pick<SnapshotNeed, 'unsaved' | 'isRebuilt'>): boolean {
  return unsaved > 0 || isRebuilt;
}
