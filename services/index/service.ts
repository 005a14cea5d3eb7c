import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogId } from '@kindred/shared/id';
import type { NeighborAnswer, NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import { isForeign, requireQueries } from './domain/neighbor-request.ts';
import { SNAPSHOT_POLICY, type SnapshotPolicy } from './domain/snapshot-policy.ts';
import type { SpaceKey } from './domain/space.ts';
import { type EngineLife, EngineSupervisor } from './engine-supervisor.ts';
import { NeighborCache } from './neighbor-cache.ts';
import type { ChangeFeed } from './ports/change-feed.ts';
import { EngineDeadError, type SearchAnswer, type SpaceStatus, type StartEngine } from './ports/index-engine.ts';
import type { Log } from './ports/log.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

/** Adapters and settings of the index service. */
export interface IndexServiceOptions {
  readonly feed: ChangeFeed;
  readonly startEngine: StartEngine;
  readonly log: Log;
  /** Settings that differ from `SNAPSHOT_POLICY`. */
  readonly snapshots?: Partial<SnapshotPolicy>;
  /** Interval of looking for changes without a hint; default 250. */
  readonly pollMs?: number;
  /** Changes read and applied at once; default 1,000. */
  readonly pageSize?: number;
  readonly nowMs?: () => number;
}

/** State of the index service, for metrics. */
export interface IndexServiceStatus {
  /** In milliseconds since 1970; `undefined` before the first snapshot. */
  readonly lastSnapshotAtMs: number | undefined;
  readonly snapshotFailures: number;
  /** Number of engines that have died. */
  readonly engineDeaths: number;
  /** `[]` while there is no engine. */
  readonly spaces: readonly SpaceStatus[];
}

const PENDING_POLL_MS = 10;

/** Neighbors of every catalog from one engine that follows the database. */
export class IndexService implements NeighborSource {
  readonly #feed: ChangeFeed;
  readonly #log: Log;
  readonly #keeper: SnapshotKeeper;
  readonly #supervisor: EngineSupervisor;
  readonly #cache = new NeighborCache();

  constructor(options: IndexServiceOptions) {
    const { feed, startEngine, log, snapshots, pollMs = 250, pageSize = 1_000, nowMs = Date.now } = options;
    this.#feed = feed;
    this.#log = log;
    const keeper = new SnapshotKeeper({ policy: { ...SNAPSHOT_POLICY, ...snapshots }, log, nowMs });
    this.#keeper = keeper;
    this.#supervisor = new EngineSupervisor({ feed, startEngine, keeper, log, pollMs, pageSize, nowMs });
  }

  /**
   * Follows the database until `stop`, through deaths of the engine and outages of the database.
   * Resolves once all that was committed at the call can be found, or at `stop`; never rejects.
   */
  start(): Promise<void> {
    return this.#supervisor.start();
  }

  /** Writes the snapshots that are worthwhile and ends the engine. */
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /**
   * Names what is not ready: `index-engine`, `index-changes` while it catches up or has fallen behind; `[]` when all is.
   * It stays ready while the database is unavailable: what it has is what every replica has.
   */
  ready(): readonly string[] {
    const { life } = this.#supervisor;
    if (life === undefined) return ['index-engine'];
    return life.follower.isCaughtUp && !life.follower.isBehind ? [] : ['index-changes'];
  }

  /** Last change that can be found; 0 until the service has caught up, and again after the engine died. */
  get position(): number {
    return this.#supervisor.life?.follower.position ?? 0;
  }

  /** Says that there may be changes; to be called on a notification from the database. */
  hint(): void {
    this.#supervisor.life?.follower.hint();
  }

  async status(): Promise<IndexServiceStatus> {
    const status = await this.#supervisor.life?.engine.status().catch(() => undefined);
    return {
      lastSnapshotAtMs: this.#keeper.lastSnapshotAtMs,
      snapshotFailures: this.#keeper.failures,
      engineDeaths: this.#supervisor.deaths,
      spaces: status?.spaces ?? [],
    };
  }

  async neighbors(catalog: CatalogId, queries: readonly NeighborQuery[], position = 0): Promise<NeighborAnswer> {
    const { life } = this.#supervisor;
    const spaces = life?.follower.spaces;
    if (life === undefined || spaces === undefined) throw new Problem('unavailable', 'The index is starting');
    if (life.follower.position < position) throw new Problem('unavailable', 'The index has not come that far');
    const serving = spaces.serving(catalog);
    requireQueries(queries, serving);
    if (serving === undefined) return { space: undefined, version: 'none', neighbors: queries.map(() => []) };
    const isOwn = queries.map((query) => !isForeign(query, serving.space));
    const own = queries.filter((_, i) => isOwn[i]);
    const { version, neighbors } = await this.#search(life, serving, own);
    const lists = neighbors.values();
    return { space: serving.space, version, neighbors: isOwn.map((is) => (is ? (lists.next().value ?? []) : [])) };
  }

  async reached(catalog: CatalogId, change: number, timeoutMs: number): Promise<number | undefined> {
    const deadlineMs = performance.now() + timeoutMs;
    /** The position to wait for, once nothing waits for its embedding any more. */
    let head: number | undefined;
    while (!this.#supervisor.isStopping) {
      head ??= await this.#settledHead(catalog, change);
      const follower = this.#supervisor.life?.follower;
      if (head !== undefined && follower !== undefined && follower.position >= head) return head;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return undefined;
      follower?.hint();
      const waitMs = head === undefined ? Math.min(PENDING_POLL_MS, leftMs) : leftMs;
      await (follower?.progress.wait(waitMs) ?? sleep(Math.min(PENDING_POLL_MS, leftMs)));
    }
    return undefined;
  }

  #search({ engine, follower }: EngineLife, space: SpaceKey, queries: readonly NeighborQuery[]): Promise<SearchAnswer> {
    return this.#cache.answer({ space, position: follower.position, queries }, (missing) =>
      engine.search(space, missing).catch((cause: unknown) => {
        if (!(cause instanceof EngineDeadError)) throw cause;
        throw new Problem('unavailable', 'The index is being started again', { cause });
      }),
    );
  }

  /** Highest change once nothing up to `change` is pending; `undefined` too while the database is unavailable. */
  async #settledHead(catalog: CatalogId, change: number): Promise<number | undefined> {
    try {
      const { isPending, head } = await this.#feed.progress(catalog, change);
      return isPending ? undefined : head;
    } catch (error) {
      this.#log.warn({ err: error }, 'the progress of embeddings could not be read');
      return undefined;
    }
  }
}
