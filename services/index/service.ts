import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { NeighborAnswer, NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { Signal } from '@kindred/shared/platform/signal';
import { Problem } from '@kindred/shared/problem';
import { SNAPSHOT_POLICY, type SnapshotPolicy } from './domain/snapshot-policy.ts';
import { unitVector } from './domain/unit-vector.ts';
import { createFeedFollower, type FeedFollower } from './feed-follower.ts';
import { createNeighborCache, type SpaceAnswer } from './neighbor-cache.ts';
import {
  type ChangeFeed,
  EngineDeadError,
  type IndexEngine,
  type Log,
  type SpaceStatus,
} from './ports/index-engine.ts';
import { createSnapshotKeeper } from './snapshot-keeper.ts';

export interface IndexServiceOptions {
  readonly feed: ChangeFeed;
  /** Starts an engine that holds nothing yet; called again after a death. */
  readonly startEngine: (onDeath: (error: Error) => void) => IndexEngine;
  readonly log: Log;
  readonly snapshots?: Partial<SnapshotPolicy>;
  /** How often to look for changes without a hint; default 250. */
  readonly pollMs?: number;
  /** Changes read and applied at once; default 1,000. */
  readonly pageSize?: number;
  readonly nowMs?: () => number;
}

export interface IndexServiceStatus {
  readonly position: number;
  readonly lastSnapshotAtMs: number | undefined;
  readonly snapshotFailures: number;
  /** How often the index thread has died. */
  readonly engineDeaths: number;
  /** `[]` while there is no engine. */
  readonly spaces: readonly (SpaceStatus & { readonly isServing: boolean })[];
}

export interface IndexService extends NeighborSource {
  /**
   * Follows the database until `stop`, through deaths of the engine and absences of the database.
   * Resolves once all that was committed at the call is searchable, or at `stop`; never rejects.
   */
  start(): Promise<void>;
  /**
   * What is not ready, by name: `index-thread`, `index-changes` while it catches up or has fallen behind; `[]` when all
   * is. A database that is away leaves it ready: what it has is what every replica has.
   */
  ready(): readonly string[];
  /** The last change that is searchable; 0 until the service has caught up, and again after the engine died. */
  readonly position: number;
  /** Tells that there may be changes; call it on a notification from the database. */
  hint(): void;
  status(): Promise<IndexServiceStatus>;
  /** Writes what snapshots lack and ends the engine. */
  stop(): Promise<void>;
}

const K_MAX = 1_000;
const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 10_000;
/** A life of this length means that the last death was no fault of what the engine starts with. */
const SOUND_LIFE_MS = 60_000;
const PENDING_POLL_MS = 10;

/** One engine from its start to its death or to `stop`. */
interface Life {
  readonly engine: IndexEngine;
  readonly follower: FeedFollower;
}

export function createIndexService(options: IndexServiceOptions): IndexService {
  const { feed, startEngine, log, pollMs = 250, pageSize = 1_000, nowMs = Date.now } = options;
  const keeper = createSnapshotKeeper({ policy: { ...SNAPSHOT_POLICY, ...options.snapshots }, log, nowMs });
  const cache = createNeighborCache();
  const settled = new Signal();
  const stopping = new AbortController();
  let life: Life | undefined;
  let living: Promise<void> | undefined;
  let engineDeaths = 0;

  /** @returns Once the engine is dead, or closed at `stop`. */
  const live = async (): Promise<void> => {
    const death = Promise.withResolvers<never>();
    death.promise.catch(() => {});
    const engine = startEngine(death.reject);
    const follower = createFeedFollower({
      ...{ feed, engine, log, pollMs, pageSize },
      onSettled(position) {
        keeper.consider(engine, position);
        settled.notify();
      },
    });
    life = { engine, follower };
    try {
      await Promise.race([follower.run(), death.promise]);
      if (follower.isCaughtUp) await keeper.finish(engine, follower.position);
    } catch (error) {
      engineDeaths++;
      log.error({ err: error }, 'the index thread is started anew');
    } finally {
      life = undefined;
      follower.stop();
      settled.notify();
      await engine.close();
    }
  };

  const liveOn = async (): Promise<void> => {
    for (let delayMs = RESTART_MIN_MS; !stopping.signal.aborted; delayMs = Math.min(delayMs * 2, RESTART_MAX_MS)) {
      const bornAtMs = nowMs();
      await live().catch((error: unknown) => {
        log.error({ err: error }, 'the index thread could not be started');
      });
      if (nowMs() - bornAtMs > SOUND_LIFE_MS) delayMs = RESTART_MIN_MS;
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  /** The highest change once nothing up to `change` is pending; a database that is away is asked again. */
  const settledHead = async (catalog: CatalogId, change: number): Promise<number | undefined> => {
    const seen = await feed.progress(catalog, change).catch((error: unknown) => {
      log.warn({ err: error }, 'the progress of embeddings could not be read');
      return undefined;
    });
    return seen?.isPending === false ? seen.head : undefined;
  };

  const answer = async (
    catalog: CatalogId,
    queries: readonly NeighborQuery[],
    position = 0,
  ): Promise<NeighborAnswer> => {
    const spaces = life?.follower.spaces;
    if (life === undefined || spaces === undefined) throw new Problem('unavailable', 'The index is starting');
    if (life.follower.position < position) throw new Problem('unavailable', 'The index has not come that far');
    const serving = spaces.serving(catalog);
    queries.forEach((query, i) => {
      const dimensions = serving && isForeign(query, serving.space) ? undefined : serving?.dimensions;
      requireQuery(query, { field: `queries.${i}`, dimensions });
    });
    if (serving === undefined) return { space: undefined, version: 'none', neighbors: queries.map(() => []) };
    if (queries.some((query) => isForeign(query, serving.space))) {
      const own = await answer(
        catalog,
        queries.filter((query) => !isForeign(query, serving.space)),
        position,
      );
      let next = 0;
      return {
        ...own,
        neighbors: queries.map((query) => (isForeign(query, serving.space) ? [] : (own.neighbors[next++] ?? []))),
      };
    }
    const { engine } = life;
    const search = (missing: readonly NeighborQuery[]): Promise<SpaceAnswer> =>
      engine.search(serving, missing).catch((cause: unknown) => {
        if (!(cause instanceof EngineDeadError)) throw cause;
        throw new Problem('unavailable', 'The index is being started anew', { cause });
      });
    const at = { space: serving, position: life.follower.position, queries };
    const { version, neighbors } = await cache.answer(at, search);
    return { space: serving.space, version, neighbors };
  };

  return {
    neighbors: answer,
    async reached(catalog, change, timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      /** What must be searchable, once nothing waits for its embedding any more. */
      let head: number | undefined;
      while (!stopping.signal.aborted) {
        head ??= await settledHead(catalog, change);
        const follower = life?.follower;
        if (head !== undefined && follower !== undefined && follower.position >= head) return head;
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0) return undefined;
        follower?.hint();
        const waitMs = head === undefined ? Math.min(PENDING_POLL_MS, leftMs) : leftMs;
        await (follower?.progress.wait(waitMs) ?? sleep(Math.min(PENDING_POLL_MS, leftMs)));
      }
      return undefined;
    },
    async start() {
      living ??= liveOn();
      while (!stopping.signal.aborted && !life?.follower.isCaughtUp) await settled.wait(1_000);
    },
    ready() {
      if (life === undefined) return ['index-thread'];
      return life.follower.isCaughtUp && !life.follower.isBehind ? [] : ['index-changes'];
    },
    get position() {
      return life?.follower.position ?? 0;
    },
    hint: () => life?.follower.hint(),
    async status() {
      const spaces = (await life?.engine.status().catch(() => [])) ?? [];
      const registry = life?.follower.spaces;
      return {
        position: life?.follower.position ?? 0,
        lastSnapshotAtMs: keeper.lastSnapshotAtMs,
        snapshotFailures: keeper.failures,
        engineDeaths,
        spaces: spaces.map((space) => ({ ...space, isServing: registry?.stateOf(space) === 'serving' })),
      };
    },
    async stop() {
      stopping.abort();
      life?.follower.stop();
      settled.notify();
      await living;
    },
  };
}

/** Whether the query's vector was made in another space: the two cannot be compared. */
function isForeign({ target }: NeighborQuery, serving: SpaceId): boolean {
  return 'vector' in target && target.space !== undefined && target.space !== serving;
}

/** @throws Problem that names what is wrong: one bad query must not reach the engine. */
function requireQuery(
  { target, k }: NeighborQuery,
  { field, dimensions }: { readonly field: string; readonly dimensions: number | undefined },
): void {
  const refuse = (name: string, reason: string): never => {
    throw new Problem('invalid-request', `${field}.${name} ${reason}`, {
      fields: [{ field: `${field}.${name}`, reason }],
    });
  };
  if (!Number.isInteger(k) || k < 1 || k > K_MAX) refuse('k', `must be a whole number from 1 to ${K_MAX}`);
  if (dimensions === undefined || !('vector' in target)) return;
  try {
    unitVector(target.vector, dimensions);
  } catch (error) {
    refuse(
      'target.vector',
      error instanceof Error ? `must be a vector of the serving space: ${error.message}` : 'is wrong',
    );
  }
}
