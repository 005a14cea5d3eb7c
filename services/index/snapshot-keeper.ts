import { isSnapshotDue, isSnapshotWorthwhile, type SnapshotPolicy } from './domain/snapshot-policy.ts';
import type { SpaceKey } from './domain/space.ts';
import type { EngineSnapshots, SpaceSnapshotNeed } from './ports/engine-snapshots.ts';
import type { Log } from './ports/log.ts';

export interface SnapshotKeeperOptions {
  readonly policy: SnapshotPolicy;
  readonly log: Log;
  readonly nowMs: () => number;
}

const LOOK_INTERVAL_MS = 1_000;

/** Has snapshots written in the background as they fall due, whichever engine is alive. */
export class SnapshotKeeper {
  readonly #policy: SnapshotPolicy;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;
  /** Start of the last attempt of each space, by its name. */
  readonly #attemptedAtMs = new Map<string, number>();
  #lastLookMs = Number.NEGATIVE_INFINITY;
  #lastSnapshotAtMs: number | undefined;
  #failures = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor({ policy, log, nowMs }: SnapshotKeeperOptions) {
    this.#policy = policy;
    this.#log = log;
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
  }

  /** End of the last successful write, in milliseconds since 1970; `undefined` before the first. */
  get lastSnapshotAtMs(): number | undefined {
    return this.#lastSnapshotAtMs;
  }

  /** Snapshots that could not be written. */
  get failures(): number {
    return this.#failures;
  }

  /** Looks if any snapshot is due, at most once a second, and starts to write those that are. Never throws. */
  consider(snapshots: EngineSnapshots): void {
    const now = this.#nowMs();
    if (now - this.#lastLookMs < Math.min(LOOK_INTERVAL_MS, this.#policy.intervalMs)) return;
    this.#lastLookMs = now;
    const isDue = (need: SpaceSnapshotNeed): boolean =>
      isSnapshotDue(need, this.#policy, now - (this.#attemptedAtMs.get(nameOf(need)) ?? this.#startedAtMs));
    this.#writing = this.#writing.then(() => this.#writeWhere(snapshots, isDue));
  }

  /** Writes all snapshots that would differ from those on disk. Never rejects. */
  async finish(snapshots: EngineSnapshots): Promise<void> {
    await this.#writing;
    await this.#writeWhere(snapshots, isSnapshotWorthwhile);
  }

  async #writeWhere(snapshots: EngineSnapshots, isWanted: (need: SpaceSnapshotNeed) => boolean): Promise<void> {
    const needs = await snapshots.snapshotNeeds().catch(() => []);
    for (const need of needs.filter(isWanted)) await this.#write(snapshots, need);
  }

  async #write(snapshots: EngineSnapshots, { catalog, space }: SpaceKey): Promise<void> {
    const startedAtMs = this.#nowMs();
    this.#attemptedAtMs.set(nameOf({ catalog, space }), startedAtMs);
    try {
      const change = await snapshots.writeSnapshot({ catalog, space });
      this.#lastSnapshotAtMs = this.#nowMs();
      const tookMs = this.#lastSnapshotAtMs - startedAtMs;
      this.#log.info({ catalog, space, change, tookMs }, 'a snapshot was written');
    } catch (error) {
      this.#failures++;
      this.#log.error({ err: error, catalog, space }, 'a snapshot could not be written, the one before stays');
    }
  }
}

function nameOf({ catalog, space }: SpaceKey): string {
  return `${catalog}/${space}`;
}
