import { CommandError } from '../command-error.ts';
import type { Reporter } from '../console/reporter.ts';
import { AwayError, type KindredClient } from '../kindred-client.ts';
import { type Batch, batchesOf, readAhead } from './batch.ts';
import { paceFrom } from './import-pace.ts';
import type { ImportPart, ImportPlan } from './import-plan.ts';
import type { ImportState, StateFile } from './import-state.ts';
import { byLine, type Rejection, rejectionsOf, rejectionText } from './rejection.ts';
import { retried } from './retry.ts';
import type { GoodRow, RowKind } from './row.ts';

export interface ImportRunOptions {
  readonly plan: ImportPlan;
  readonly client: KindredClient;
  readonly stateFile: StateFile;
  readonly reporter: Reporter;
  /** How long a server that is away is waited for. */
  readonly giveUpAfterMs: number;
}

export interface ImportSummary {
  /** Earlier runs of the same import included. */
  readonly items: number;
  readonly events: number;
  readonly rejected: number;
  /** Of this run alone. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

/**
 * Sends the rows of a plan, one request after another: two at once could store the older of two versions of an item
 * last. It begins where the state file says and brings that up to date after every acknowledged batch.
 * @throws {CommandError} when the server refuses a request or stays away; the state file tells how far it came.
 */
export async function runImport(options: ImportRunOptions): Promise<ImportSummary> {
  const { plan, stateFile, reporter } = options;
  const startMs = performance.now();
  let state = await begin(stateFile);
  const pace = paceFrom(
    plan.parts.map(({ lineCount }) => lineCount),
    state,
    startMs,
  );
  if (isBegun(state)) reporter.say(`going on from ${placeIn(plan, state)}`);
  reporter.progress(pace(state, performance.now()));
  for (const [index, part] of plan.parts.entries()) {
    if (index < state.part) continue;
    const afterLine = index === state.part ? state.line : 0;
    const rows = part.rows({ afterLine, startedAt: state.startedAt });
    for await (const batch of readAhead(batchesOf(rows))) {
      const outcome = await send(options, batch, state);
      reportRejected(reporter, part, outcome.rejected);
      state = {
        startedAt: state.startedAt,
        part: index,
        line: batch.lastLine,
        items: state.items + outcome.items,
        events: state.events + outcome.events,
        rejected: state.rejected + outcome.rejected.length,
      };
      await stateFile.write(state);
      reporter.progress(pace(state, performance.now()));
    }
  }
  await stateFile.remove();
  const { items, events, rejected } = state;
  const endMs = performance.now();
  return {
    items,
    events,
    rejected,
    seconds: (endMs - startMs) / 1000,
    rowsPerSecond: pace(state, endMs).rowsPerSecond,
  };
}

async function begin(stateFile: StateFile): Promise<ImportState> {
  const earlier = await stateFile.read();
  if (earlier !== undefined) return earlier;
  const fresh = { startedAt: new Date().toISOString(), part: 0, line: 0, items: 0, events: 0, rejected: 0 };
  await stateFile.write(fresh);
  return fresh;
}

interface Outcome {
  readonly items: number;
  readonly events: number;
  /** By line. */
  readonly rejected: readonly Rejection[];
}

async function send(options: ImportRunOptions, batch: Batch, state: ImportState): Promise<Outcome> {
  try {
    const items = await write(options, 'item', batch.good.item);
    const events = await write(options, 'event', batch.good.event);
    const rejected = byLine(batch, [...items.rejected, ...events.rejected]);
    return { items: items.accepted, events: events.accepted, rejected };
  } catch (error) {
    if (!(error instanceof AwayError) && !(error instanceof CommandError)) throw error;
    const what = error instanceof AwayError ? `the server stays away: ${error.message}` : error.message;
    throw new CommandError(`${what}\n${howToGoOn(options.plan, state)}`, { cause: error });
  }
}

async function write(
  { plan, client, reporter, giveUpAfterMs }: ImportRunOptions,
  kind: RowKind,
  rows: readonly GoodRow[],
): Promise<{ accepted: number; rejected: readonly Rejection[] }> {
  if (rows.length === 0) return { accepted: 0, rejected: [] };
  const json = rows.map((row) => row.json);
  const answer = await retried(() => client.write(plan.catalog, kind, json), {
    giveUpAfterMs,
    onAway: ({ message }) =>
      reporter.say(`the server is away (${message}); trying again for ${Math.round(giveUpAfterMs / 1000)} s …`),
  });
  return { accepted: answer.accepted, rejected: rejectionsOf(answer, rows) };
}

function reportRejected(reporter: Reporter, { fileName }: ImportPart, rejected: readonly Rejection[]): void {
  if (rejected.length > 0) reporter.complain(rejected.map((rejection) => rejectionText(fileName, rejection)));
}

function howToGoOn(plan: ImportPlan, state: ImportState): string {
  if (!isBegun(state)) return 'Nothing was acknowledged yet: give the same command again to start.';
  return `Give the same command again to go on from ${placeIn(plan, state)}.`;
}

function isBegun({ part, line }: ImportState): boolean {
  return part > 0 || line > 0;
}

function placeIn({ parts }: ImportPlan, { part, line }: ImportState): string {
  return `line ${line + 1} of ${parts[part]?.fileName}`;
}
