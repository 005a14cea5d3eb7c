import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import type { ArtifactStore } from './artifact-store.ts';
import type { CatalogHistories } from './catalog-histories.ts';
import { type Failures, failedAgain, isBackingOff } from './domain/failures.ts';
import { ERASED_KEPT_MS, trainingNeed } from './domain/training-need.ts';
import type { TrainingQueue } from './training-queue.ts';

export interface ScheduleOptions {
  readonly queue: TrainingQueue;
  readonly store: ArtifactStore;
  readonly histories: CatalogHistories;
  /** `hours` of `trainingNeed`. */
  readonly hours: number;
  readonly log: Log;
  /** Default: the system's clock. */
  readonly now?: () => number;
}

const LOOK_MS = 10 * 60_000;
/** Waits after looks at one catalog that failed; the longest is that of a training that an erasure asks for. */
const LOOK_RETRY = { firstMs: LOOK_MS, maxMs: 4 * 3_600_000 } as const;

/**
 * Looks at all catalogs every ten minutes and trains, one after another, those that need it; the first look comes ten
 * minutes after the start, when the start's own work is over. A catalog that fails is left alone for longer each time, and
 * keeps no other from its turn.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #now: () => number;
  readonly #failedLooks = new Map<CatalogId, Failures>();
  readonly #stopping = new AbortController();
  #isLooking = false;
  #isRunning = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** True from `start` to `stop`, or until it dies. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  start(): void {
    this.#isRunning = true;
    this.#run()
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'the schedule died'))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  /** No training begins any more; one that runs is the queue's to end. */
  stop(): void {
    this.#stopping.abort();
    this.#isRunning = false;
  }

  /** Looks at all catalogs now, unless a look is under way. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { histories, log } = this.#options;
    try {
      for (const catalog of await histories.catalogs()) {
        if (this.#stopping.signal.aborted) return;
        await this.#lookAt(catalog);
      }
    } catch (error) {
      log.warn({ err: error }, 'the schedule could not look at the catalogs');
    } finally {
      this.#isLooking = false;
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await this.look();
    }
  }

  async #lookAt(catalog: CatalogId): Promise<void> {
    const failed = this.#failedLooks.get(catalog);
    if (isBackingOff(failed, LOOK_RETRY, this.#now())) return;
    try {
      await this.#trainIfNeeded(catalog);
      this.#failedLooks.delete(catalog);
    } catch (error) {
      this.#options.log.warn({ err: error, catalog }, 'the schedule could not look at a catalog');
      this.#failedLooks.set(catalog, failedAgain(failed, this.#now()));
    }
  }

  async #trainIfNeeded(catalog: CatalogId): Promise<void> {
    const { queue, store, histories, hours, log } = this.#options;
    await store.dropErased(catalog, this.#now() - ERASED_KEPT_MS);
    const versions = await store.versions(catalog);
    const latest = versions[0];
    const need = trainingNeed({
      growth: await histories.growth(catalog, latest?.eventsChange ?? 0),
      latest,
      serving: versions.find(({ isServing }) => isServing),
      failures: queue.failuresOf(catalog),
      nowMs: this.#now(),
      hours,
    });
    if (need === undefined || this.#stopping.signal.aborted) return;
    log.info({ catalog, need }, 'catalog needs a training');
    await queue.add(catalog).ended;
  }
}
