import { setTimeout as sleep } from 'node:timers/promises';
import { Signal } from '@kindred/shared/platform/signal';
import { FeedFollower } from './feed-follower.ts';
import type { ChangeFeed } from './ports/change-feed.ts';
import type { IndexEngine, StartEngine } from './ports/index-engine.ts';
import type { Log } from './ports/log.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';

export interface EngineSupervisorOptions {
  readonly feed: ChangeFeed;
  /** Called again after each death. */
  readonly startEngine: StartEngine;
  readonly keeper: SnapshotKeeper;
  readonly log: Log;
  readonly pollMs: number;
  readonly pageSize: number;
  readonly nowMs: () => number;
}

/** One engine from its start to its death or to `stop`. */
export interface EngineLife {
  readonly engine: IndexEngine;
  readonly follower: FeedFollower;
}

const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 10_000;
/** A life of this length means that the last death was not caused by what an engine starts with. */
const SOUND_LIFE_MS = 60_000;
const CAUGHT_UP_POLL_MS = 1_000;

/** Keeps one engine alive that follows the database: after a death the next one is started, with back-off. */
export class EngineSupervisor {
  readonly #options: EngineSupervisorOptions;
  readonly #settled = new Signal();
  readonly #stopping = new AbortController();
  #life: EngineLife | undefined;
  #running: Promise<void> | undefined;
  #deaths = 0;

  constructor(options: EngineSupervisorOptions) {
    this.#options = options;
  }

  /** `undefined` between two lives. */
  get life(): EngineLife | undefined {
    return this.#life;
  }

  /** Number of engines that have died. */
  get deaths(): number {
    return this.#deaths;
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Starts the first engine. Resolves once one has caught up, or at `stop`; never rejects. */
  async start(): Promise<void> {
    this.#running ??= this.#run();
    while (!this.isStopping && !this.#life?.follower.isCaughtUp) await this.#settled.wait(CAUGHT_UP_POLL_MS);
  }

  /** Ends the engine once the snapshots that are worthwhile are written. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#life?.follower.stop();
    this.#settled.notify();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, nowMs } = this.#options;
    // Not a retry of one call: every life ends, and a long one resets the delay.
    for (let delayMs = RESTART_MIN_MS; !this.isStopping; delayMs = Math.min(delayMs * 2, RESTART_MAX_MS)) {
      const bornAtMs = nowMs();
      await this.#live().catch((error: unknown) => {
        log.error({ err: error }, 'the index engine could not be started');
      });
      if (nowMs() - bornAtMs > SOUND_LIFE_MS) delayMs = RESTART_MIN_MS;
      await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  /** Resolves once the engine is dead, or closed at `stop`. */
  async #live(): Promise<void> {
    const { feed, startEngine, keeper, log, pollMs, pageSize } = this.#options;
    const death = Promise.withResolvers<never>();
    death.promise.catch(() => {});
    const engine = await startEngine(death.reject);
    const { snapshots } = engine;
    const onSettled = (): void => {
      if (snapshots) keeper.consider(snapshots);
      this.#settled.notify();
    };
    const follower = new FeedFollower({ feed, engine, log, pollMs, pageSize, onSettled });
    if (this.isStopping) follower.stop();
    this.#life = { engine, follower };
    try {
      await Promise.race([follower.run(), death.promise]);
      if (snapshots && follower.isCaughtUp) await keeper.finish(snapshots);
    } catch (error) {
      this.#deaths++;
      log.error({ err: error }, 'the index engine died and is started again');
    } finally {
      this.#life = undefined;
      follower.stop();
      this.#settled.notify();
      await engine.close();
    }
  }
}
