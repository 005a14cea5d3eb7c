import { isSnapshotDue, isSnapshotWorthwhile, type SnapshotPolicy } from './domain/snapshot-policy.ts';
import type { IndexEngine, Log, SpaceKey, SpaceStatus } from './ports/index-engine.ts';

/** Has snapshots written in the background as they fall due. */
export interface SnapshotKeeper {
  readonly lastSnapshotAtMs: number | undefined;
  readonly failures: number;
  /** Looks whether any are due, at most once a second, and starts them. Never throws. */
  consider(engine: IndexEngine, position: number): void;
  /** Writes all that differ from what is on disk. Never rejects. */
  finish(engine: IndexEngine, position: number): Promise<void>;
}

const LOOK_INTERVAL_MS = 1_000;

export function createSnapshotKeeper({
  policy,
  log,
  nowMs,
}: {
  readonly policy: SnapshotPolicy;
  readonly log: Log;
  readonly nowMs: () => number;
}): SnapshotKeeper {
  const attemptedAtMs = new Map<string, number>();
  const startedAtMs = nowMs();
  let lastLookMs = Number.NEGATIVE_INFINITY;
  let lastSnapshotAtMs: number | undefined;
  let failures = 0;
  let writing: Promise<void> = Promise.resolve();

  const write = async (engine: IndexEngine, { catalog, space }: SpaceKey, position: number): Promise<void> => {
    const started = nowMs();
    attemptedAtMs.set(nameOf({ catalog, space }), started);
    try {
      await engine.snapshot({ catalog, space }, position);
      lastSnapshotAtMs = nowMs();
      log.info({ catalog, space, change: position, tookMs: nowMs() - started }, 'a snapshot was written');
    } catch (error) {
      failures++;
      log.error({ err: error, catalog, space }, 'a snapshot could not be written, the one before stays');
    }
  };

  const writeWhere = async (
    engine: IndexEngine,
    position: number,
    isWanted: (status: SpaceStatus) => boolean,
  ): Promise<void> => {
    const statuses = await engine.status().catch(() => []);
    for (const status of statuses.filter(isWanted)) await write(engine, status, position);
  };

  return {
    get lastSnapshotAtMs() {
      return lastSnapshotAtMs;
    },
    get failures() {
      return failures;
    },
    consider(engine, position) {
      const now = nowMs();
      if (now - lastLookMs < Math.min(LOOK_INTERVAL_MS, policy.intervalMs)) return;
      lastLookMs = now;
      const isDue = (status: SpaceStatus): boolean =>
        isSnapshotDue(status, policy, now - (attemptedAtMs.get(nameOf(status)) ?? startedAtMs));
      writing = writing.then(() => writeWhere(engine, position, isDue));
    },
    async finish(engine, position) {
      await writing;
      await writeWhere(engine, position, isSnapshotWorthwhile);
    },
  };
}

function nameOf({ catalog, space }: SpaceKey): string {
  return `${catalog}/${space}`;
}
