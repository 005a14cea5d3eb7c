import type { CatalogId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import { costLine } from './domain/cost-line.ts';
import type { TrainingCost } from './domain/training-cost.ts';
import type { TrainerMeter } from './metrics.ts';
import { Progress, type ProgressLine } from './progress.ts';
import type { TrainingOutcome, TrainingRunner } from './training-runner.ts';

/** A training that was asked for since this process started. */
export interface Training {
  readonly state: 'waiting' | 'running' | 'trained' | 'failed';
  readonly askedAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly cost: TrainingCost | undefined;
  readonly progress: readonly ProgressLine[];
  /** Once trained. */
  readonly version: number | undefined;
  /** Why it failed. */
  readonly reason: string | undefined;
}

/** Trains one catalog after another. */
export interface TrainingQueue {
  /** Trains a catalog after those that wait; one that waits or runs is not asked for twice. */
  add(catalog: CatalogId): { readonly training: Training; readonly ended: Promise<Training> };
  /** The catalog's last. */
  of(catalog: CatalogId): Training | undefined;
  stop(): Promise<void>;
}

export interface TrainingQueueOptions {
  readonly runner: TrainingRunner;
  readonly meter: TrainerMeter;
  readonly log: Log;
}

interface Entry {
  training: Training;
  readonly ended: Promise<Training>;
}

/** What counts up is logged at most this often. */
const LOGGED_EVERY_MS = 10_000;

export function createTrainingQueue({ runner, meter, log }: TrainingQueueOptions): TrainingQueue {
  const trainings = new Map<CatalogId, Entry>();
  let last: Promise<unknown> = Promise.resolve();

  const run = async (catalog: CatalogId, change: (to: Partial<Training>) => Training): Promise<Training> => {
    const startedAtMs = Date.now();
    const progress = new Progress();
    let loggedAtMs = 0;
    const say = (line: string): void => {
      const isNew = progress.add(line);
      change({ progress: progress.lines });
      if (!isNew && Date.now() - loggedAtMs < LOGGED_EVERY_MS) return;
      loggedAtMs = Date.now();
      log.info({ catalog, line }, 'training goes on');
    };
    change({ state: 'running', startedAtMs });
    const outcome = await runner.run(catalog, {
      onCost: (cost) => {
        change({ cost });
        say(costLine(cost));
      },
      onLine: say,
    });
    const endedAtMs = Date.now();
    meter.ended(outcome.kind, (endedAtMs - startedAtMs) / 1000);
    if (outcome.kind === 'trained') {
      log.info({ catalog, version: outcome.version, tookMs: endedAtMs - startedAtMs }, 'catalog trained');
      return change({ state: 'trained', endedAtMs, version: outcome.version });
    }
    const reason = reasonOf(outcome);
    log.warn({ catalog, reason }, 'catalog not trained');
    return change({ state: 'failed', endedAtMs, reason });
  };

  return {
    add: (catalog) => {
      const known = trainings.get(catalog);
      if (known !== undefined && known.training.endedAtMs === undefined) return known;
      const training: Training = {
        ...{ state: 'waiting', askedAtMs: Date.now(), startedAtMs: undefined, endedAtMs: undefined, progress: [] },
        ...{ cost: undefined, version: undefined, reason: undefined },
      };
      const change = (to: Partial<Training>): Training => {
        entry.training = { ...entry.training, ...to };
        return entry.training;
      };
      const ended = last.then(() => run(catalog, change));
      const entry: Entry = { training, ended };
      trainings.set(catalog, entry);
      last = ended;
      return entry;
    },
    of: (catalog) => trainings.get(catalog)?.training,
    stop: async () => {
      await runner.stop();
      await last;
    },
  };
}

function reasonOf(outcome: Exclude<TrainingOutcome, { kind: 'trained' }>): string {
  switch (outcome.kind) {
    case 'nothing':
      return 'there is nothing to learn from: no event is about an item that is there';
    case 'elsewhere':
      return 'another trainer is training this catalog';
    case 'failed':
      return outcome.reason;
    default:
      return outcome satisfies never;
  }
}
