import type { CatalogId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import type { CatalogHistories } from './catalog-histories.ts';
import { ERASED_KEPT_MS, trainingNeed } from './domain/training-need.ts';
import type { ArtifactStore } from './ports.ts';
import type { TrainingQueue } from './training-queue.ts';

export interface ScheduleOptions {
  readonly queue: TrainingQueue;
  readonly store: ArtifactStore;
  readonly histories: CatalogHistories;
  /** As `trainingNeed` has it. */
  readonly hours: number;
  readonly log: Log;
}

export interface Schedule {
  /** Looks at all catalogs and trains, one after another, those that need it. */
  look(): Promise<void>;
  stop(): void;
}

const LOOK_MS = 10 * 60_000;

/** Looks at all catalogs every ten minutes; the first time after as long, when the start is over. */
export function startSchedule({ queue, store, histories, hours, log }: ScheduleOptions): Schedule {
  let isStopped = false;
  let isLooking = false;

  const lookAt = async (catalog: CatalogId): Promise<void> => {
    await store.dropErased(catalog, Date.now() - ERASED_KEPT_MS);
    const versions = await store.versions(catalog);
    const growth = await histories.growth(catalog, versions[0]?.eventsChange ?? 0);
    const last = queue.of(catalog);
    const need = trainingNeed({
      growth,
      ...{ latest: versions[0], serving: versions.find(({ isServing }) => isServing) },
      triedAtMs: last?.state === 'failed' ? last.endedAtMs : undefined,
      ...{ nowMs: Date.now(), hours },
    });
    if (need === undefined || isStopped) return;
    log.info({ catalog, need }, 'catalog needs a training');
    await queue.add(catalog).ended;
  };

  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      for (const catalog of await histories.catalogs()) {
        if (isStopped) return;
        await lookAt(catalog).catch((error) => log.warn({ err: error, catalog }, 'the schedule passed a catalog by'));
      }
    } catch (error) {
      log.warn({ err: error }, 'the schedule could not look at the catalogs');
    } finally {
      isLooking = false;
    }
  };

  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    look,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
