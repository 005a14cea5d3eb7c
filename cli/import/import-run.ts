import { CommandError } from '../command-error.ts';
import type { Reporter } from '../console/reporter.ts';
import { progressOf } from '../console/row-progress.ts';
import type { KindredClient } from '../kindred-client.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { type Batch, batchesOf, readAhead } from './batch.ts';
import { type ImportPace, paceFrom } from './import-pace.ts';
import type { ImportPart, ImportPlan } from './import-plan.ts';
import type { ImportState, StateFile } from './import-state.ts';
import { throughOutage } from './outage.ts';
import { byLine, type Rejection, rejectionsOf, rejectionText } from './rejection.ts';
import type { GoodRow, RowKind } from './row.ts';

export interface ImportRunOptions {
  readonly plan: ImportPlan;
  readonly client: KindredClient;
  readonly stateFile: StateFile;
  readonly reporter: Reporter;
  /** The patience with a server that is unavailable. */
  readonly giveUpAfterMs: number;
}

/** Counts and pace of an import that ended. */
export interface ImportSummary {
  /** Accepted, earlier runs of the same import included. */
  readonly items: number;
  readonly events: number;
  readonly rejected: number;
  /** The time of this run alone; so is the rate. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

/** The rows of one batch that a server took and refused. */
interface Outcome {
  readonly items: number;
  readonly events: number;
  /** By line. */
  readonly rejected: readonly Rejection[];
}

/**
 * Sends the rows of a plan, one request after another: two at once could store the older of two versions of an item
 * last. It begins where the state file says and brings that up to date after every acknowledged batch.
 */
export class ImportRun {
  readonly #options: ImportRunOptions;
  readonly #startMs = performance.now();
  readonly #pace: ImportPace;
  #state: ImportState;

  private constructor(options: ImportRunOptions, state: ImportState) {
    this.#options = options;
    this.#state = state;
    const lineCounts = options.plan.parts.map(({ lineCount }) => lineCount);
    this.#pace = paceFrom(lineCounts, state, this.#startMs);
  }

  /** Reads how far an earlier run of the same import came. */
  static async start(options: ImportRunOptions): Promise<ImportRun> {
    const { stateFile } = options;
    const earlier = await stateFile.read();
    if (earlier !== undefined) return new ImportRun(options, earlier);
    const fresh = { startedAt: new Date().toISOString(), part: 0, line: 0, items: 0, events: 0, rejected: 0 };
    await stateFile.write(fresh);
    return new ImportRun(options, fresh);
  }

  /**
   * Sends what is left; call it once.
   * @throws {CommandError} when the server refuses a request or stays unavailable; the state file tells how far it came.
   */
  async run(): Promise<ImportSummary> {
    const { plan, stateFile, reporter } = this.#options;
    if (this.#isBegun()) reporter.say(`going on from ${this.#place()}`);
    this.#reportProgress();
    for (const [index, part] of plan.parts.entries()) {
      if (index >= this.#state.part) await this.#sendPart(index, part);
    }
    await stateFile.remove();
    const { items, events, rejected } = this.#state;
    const endMs = performance.now();
    const { rowsPerSecond } = this.#pace(this.#state, endMs);
    return { items, events, rejected, seconds: (endMs - this.#startMs) / 1000, rowsPerSecond };
  }

  async #sendPart(index: number, part: ImportPart): Promise<void> {
    const afterLine = index === this.#state.part ? this.#state.line : 0;
    const rows = part.rows({ afterLine, startedAt: this.#state.startedAt });
    for await (const batch of readAhead(batchesOf(rows))) {
      const outcome = await this.#send(batch);
      this.#reportRejected(part, outcome.rejected);
      await this.#advance({ part: index, line: batch.lastLine }, outcome);
    }
  }

  async #send(batch: Batch): Promise<Outcome> {
    try {
      const items = await this.#write('item', batch.good.item);
      const events = await this.#write('event', batch.good.event);
      const rejected = byLine(batch, [...items.rejected, ...events.rejected]);
      return { items: items.accepted, events: events.accepted, rejected };
    } catch (error) {
      if (!(error instanceof UnavailableError) && !(error instanceof CommandError)) throw error;
      const isOutage = error instanceof UnavailableError;
      const what = isOutage ? `the server stays unavailable: ${error.message}` : error.message;
      throw new CommandError(`${what}\n${this.#howToGoOn()}`, { cause: error });
    }
  }

  async #write(kind: RowKind, rows: readonly GoodRow[]): Promise<{ accepted: number; rejected: readonly Rejection[] }> {
    if (rows.length === 0) return { accepted: 0, rejected: [] };
    const { plan, client, reporter, giveUpAfterMs } = this.#options;
    const json = rows.map((row) => row.json);
    const patience = `trying again for ${Math.round(giveUpAfterMs / 1000)} s`;
    const answer = await throughOutage(() => client.write(plan.catalog, kind, json), {
      giveUpAfterMs,
      onOutage: ({ message }) => reporter.say(`the server is unavailable (${message}); ${patience} …`),
    });
    return { accepted: answer.accepted, rejected: rejectionsOf(answer, rows) };
  }

  async #advance(place: { readonly part: number; readonly line: number }, outcome: Outcome): Promise<void> {
    const { startedAt, items, events, rejected } = this.#state;
    this.#state = {
      ...place,
      startedAt,
      items: items + outcome.items,
      events: events + outcome.events,
      rejected: rejected + outcome.rejected.length,
    };
    await this.#options.stateFile.write(this.#state);
    this.#reportProgress();
  }

  #reportProgress(): void {
    this.#options.reporter.progress(progressOf(this.#pace(this.#state, performance.now())));
  }

  #reportRejected({ fileName }: ImportPart, rejected: readonly Rejection[]): void {
    if (rejected.length === 0) return;
    this.#options.reporter.complain(rejected.map((rejection) => rejectionText(fileName, rejection)));
  }

  #howToGoOn(): string {
    if (!this.#isBegun()) return 'Nothing was acknowledged yet: give the same command again to start.';
    return `Give the same command again to go on from ${this.#place()}.`;
  }

  #isBegun(): boolean {
    return this.#state.part > 0 || this.#state.line > 0;
  }

  #place(): string {
    return `line ${this.#state.line + 1} of ${this.#options.plan.parts[this.#state.part]?.fileName}`;
  }
}
