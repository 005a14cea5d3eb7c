import type { CatalogId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import { costLine } from './domain/cost-line.ts';
import { type Failures, failedAgain } from './domain/failures.ts';
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
  /** Once failed. */
  readonly reason: string | undefined;
}

/** A training with its end. */
export interface QueuedTraining {
  /** Its state now. */
  readonly training: Training;
  /** Never rejects. */
  readonly ended: Promise<Training>;
}

export interface TrainingQueueOptions {
  readonly runner: TrainingRunner;
  readonly meter: TrainerMeter;
  readonly log: Log;
  /** Default: the system's clock. */
  readonly now?: () => number;
}

/** Lines that count up are logged at most this often. */
const LOGGED_EVERY_MS = 10_000;
/** After this time a training may begin again, as far as is known, although the last one could not. */
const START_DOUBTED_MS = 60_000;

/** Trains one catalog after another. */
export class TrainingQueue {
  readonly #runner: TrainingRunner;
  readonly #meter: TrainerMeter;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #trainings = new Map<CatalogId, QueuedTraining>();
  readonly #failures = new Map<CatalogId, Failures>();
  #last: Promise<unknown> = Promise.resolve();
  #notStartedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ runner, meter, log, now = Date.now }: TrainingQueueOptions) {
    this.#runner = runner;
    this.#meter = meter;
    this.#log = log;
    this.#now = now;
  }

  /** Queues a catalog after those that wait; one that waits or runs is not queued twice. */
  add(catalog: CatalogId): QueuedTraining {
    const queued = this.#trainings.get(catalog);
    if (queued !== undefined && queued.training.endedAtMs === undefined) return queued;
    const training = new RunningTraining(this.#now());
    const ended = this.#last.then(() => this.#run(catalog, training));
    const entry = {
      get training() {
        return training.state;
      },
      ended,
    };
    this.#trainings.set(catalog, entry);
    this.#last = ended;
    return entry;
  }

  /** The catalog's last training. */
  of(catalog: CatalogId): Training | undefined {
    return this.#trainings.get(catalog)?.training;
  }

  /** Trainings of the catalog that failed since the last that succeeded, at least one after one that gave no version. */
  failuresOf(catalog: CatalogId): Failures | undefined {
    return this.#failures.get(catalog);
  }

  /** False for a minute after a training could not begin, unless another one could. */
  get canStart(): boolean {
    return this.#now() - this.#notStartedAtMs >= START_DOUBTED_MS;
  }

  /** Ends the training that runs, without a result; trainings that wait fail. */
  async stop(): Promise<void> {
    await this.#runner.stop();
    await this.#last;
  }

  async #run(catalog: CatalogId, training: RunningTraining): Promise<Training> {
    const startedAtMs = this.#now();
    const say = this.#progressOf(catalog, training);
    training.change({ state: 'running', startedAtMs });
    const outcome = await this.#runner.run(catalog, {
      onCost: (cost) => {
        training.change({ cost });
        say(costLine(cost));
      },
      onLine: say,
    });
    const endedAtMs = this.#now();
    const tookMs = endedAtMs - startedAtMs;
    this.#meter.ended(outcome.kind, tookMs / 1000);
    this.#notStartedAtMs = outcome.kind === 'not-started' ? endedAtMs : Number.NEGATIVE_INFINITY;
    if (outcome.kind === 'trained') {
      this.#failures.delete(catalog);
      this.#log.info({ catalog, version: outcome.version, tookMs }, 'catalog trained');
      return training.change({ state: 'trained', endedAtMs, version: outcome.version });
    }
    const before = this.#failures.get(catalog);
    // Only a training that began tells something of its catalog: others are waited for no longer the next time.
    const isOwn = outcome.kind === 'failed';
    this.#failures.set(
      catalog,
      isOwn ? failedAgain(before, endedAtMs) : { count: before?.count ?? 1, lastAtMs: endedAtMs },
    );
    const reason = reasonOf(outcome);
    this.#log.warn({ catalog, reason }, 'catalog not trained');
    return training.change({ state: 'failed', endedAtMs, reason });
  }

  /** @returns Takes each line of a training: into its progress, and now and then into the log. */
  #progressOf(catalog: CatalogId, training: RunningTraining): (line: string) => void {
    const progress = new Progress();
    let loggedAtMs = 0;
    return (line) => {
      const isNew = progress.add(line);
      training.change({ progress: progress.lines });
      if (!isNew && this.#now() - loggedAtMs < LOGGED_EVERY_MS) return;
      loggedAtMs = this.#now();
      this.#log.info({ catalog, line }, 'training goes on');
    };
  }
}

/** A training from its request to its end. */
class RunningTraining {
  #state: Training;

  constructor(askedAtMs: number) {
    this.#state = {
      state: 'waiting',
      askedAtMs,
      startedAtMs: undefined,
      endedAtMs: undefined,
      cost: undefined,
      progress: [],
      version: undefined,
      reason: undefined,
    };
  }

  get state(): Training {
    return this.#state;
  }

  change(to: Partial<Training>): Training {
    this.#state = { ...this.#state, ...to };
    return this.#state;
  }
}

function reasonOf(outcome: Exclude<TrainingOutcome, { kind: 'trained' }>): string {
  switch (outcome.kind) {
    case 'nothing':
      return 'there is nothing to learn from: no event is about an item that exists';
    case 'elsewhere':
      return 'another trainer is training this catalog';
    case 'not-started':
    case 'failed':
      return outcome.reason;
    default:
      return outcome satisfies never;
  }
}
