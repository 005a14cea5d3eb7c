import { resolve } from 'node:path';
import type { CatalogId } from '@kindred/shared/id';
import { CommandError } from '../command-error.ts';
import type { ImportConfig } from '../config.ts';
import type { Reporter } from '../console/reporter.ts';
import { countText } from '../console/row-progress.ts';
import { KindredClient } from '../kindred-client.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { ImportRun, type ImportSummary } from './import-run.ts';
import { stateFileOf } from './import-state.ts';
import { throughOutage } from './outage.ts';
import { planOf } from './path-plan.ts';

/** A call of `kindred import`. */
export interface ImportRequest {
  /** As given: relative to where the command was called. */
  readonly path: string;
  /** `undefined` for the data set's name, or `main` for a file. */
  readonly catalog: CatalogId | undefined;
}

export interface ImportOptions {
  readonly config: ImportConfig;
  readonly reporter: Reporter;
  /** The patience with a server that is unavailable. */
  readonly giveUpAfterMs: number;
}

/**
 * Does all of `kindred import`.
 * @returns True if every row was accepted.
 * @throws {CommandError} and {DataError}, meant for the user.
 */
export async function importInto(request: ImportRequest, options: ImportOptions): Promise<boolean> {
  const { config, reporter, giveUpAfterMs } = options;
  const client = new KindredClient(config);
  await firstAnswer(client, options);
  const path = resolve(config.workingFolder, request.path);
  reporter.say(`reading ${path} once, to know its content …`);
  const plan = await planOf(path, request.catalog);
  const { catalog, contentSha256 } = plan;
  await client.createCatalog(catalog);
  reporter.say(`importing into the catalog ${catalog} at ${config.url}`);
  const stateFile = stateFileOf(config.stateFolder, { url: config.url, catalog, path, contentSha256 });
  const run = await ImportRun.start({ plan, client, stateFile, reporter, giveUpAfterMs });
  const summary = await run.run();
  const waiting = await waitingIn(client, catalog);
  const lines = [summaryText(summary)];
  if (waiting > 0) lines.push(`${countText(waiting)} items of ${catalog} wait for their embedding`);
  reporter.result({ lines, json: { catalog, ...summary, waiting } });
  return summary.rejected === 0;
}

/** A server that does not answer at all is not waited for: most likely it was not started. */
async function firstAnswer(
  client: KindredClient,
  { config: { url }, reporter, giveUpAfterMs }: ImportOptions,
): Promise<void> {
  const attempt = async (): Promise<void> => {
    try {
      await client.catalogs();
    } catch (error) {
      if (!(error instanceof UnavailableError) || error.hasAnswered) throw error;
      throw new CommandError(`${error.message}: start one with \`npm start\``, { cause: error });
    }
  };
  try {
    await throughOutage(attempt, {
      giveUpAfterMs,
      onOutage: ({ message }) => reporter.say(`the server is not ready (${message}); trying again …`),
    });
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    throw new CommandError(`the server at ${url} is not ready: ${error.message}`, { cause: error });
  }
}

function summaryText({ items, events, rejected, seconds, rowsPerSecond }: ImportSummary): string {
  const known = 'accepted (rows that were there already count too: the server does not tell them apart)';
  return (
    `${countText(items)} items and ${countText(events)} events ${known}, ${countText(rejected)} rows rejected; ` +
    `${seconds.toFixed(1)} s, ${countText(Math.round(rowsPerSecond))} rows/s`
  );
}

/** @returns The items without an embedding; 0 too where the server does not answer any more, since all rows are in. */
async function waitingIn(client: KindredClient, catalog: string): Promise<number> {
  try {
    const found = (await client.catalogs()).find((each) => each.catalog === catalog);
    return found?.waiting ?? 0;
  } catch (error) {
    if (error instanceof UnavailableError) return 0;
    throw error;
  }
}
