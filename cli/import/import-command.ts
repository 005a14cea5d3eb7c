import { resolve } from 'node:path';
import { CommandError } from '../command-error.ts';
import type { CommandLine } from '../commands/import.ts';
import { countText, type Reporter } from '../console/reporter.ts';
import { AwayError, createClient, type KindredClient } from '../kindred-client.ts';
import type { ImportConfig } from './config.ts';
import { type ImportSummary, runImport } from './import-run.ts';
import { stateFileOf } from './import-state.ts';
import { planOf } from './path-plan.ts';
import { retried } from './retry.ts';

export interface ImportCommand {
  readonly commandLine: CommandLine;
  readonly config: ImportConfig;
  readonly reporter: Reporter;
  /** How long a server that is away is waited for. */
  readonly giveUpAfterMs: number;
}

/**
 * The whole of `npm run import`.
 * @returns Whether every row was accepted.
 * @throws {CommandError} and {DataError}, meant for the user.
 */
export async function importInto({ commandLine, config, reporter, giveUpAfterMs }: ImportCommand): Promise<boolean> {
  const client = createClient(config);
  await firstAnswer(client, { config, reporter, giveUpAfterMs });
  const path = resolve(config.workingFolder, commandLine.path);
  reporter.say(`reading ${path} once, to know its content …`);
  const plan = await planOf(path, commandLine.catalog);
  const { catalog, contentSha256 } = plan;
  await client.createCatalog(catalog);
  reporter.say(`importing into the catalog ${catalog} at ${config.url}`);
  const stateFile = stateFileOf(config.stateFolder, { url: config.url, catalog, path, contentSha256 });
  const summary = await runImport({ plan, client, stateFile, reporter, giveUpAfterMs });
  reporter.close();
  reporter.say(summaryText(summary));
  const waiting = await waitingIn(client, catalog);
  if (waiting > 0) reporter.say(`${countText(waiting)} items of ${catalog} wait for their embedding`);
  return summary.rejected === 0;
}

/** A server that is not there at all is not waited for: most likely it was not started. */
async function firstAnswer(
  client: KindredClient,
  { config: { url }, reporter, giveUpAfterMs }: Omit<ImportCommand, 'commandLine'>,
): Promise<void> {
  const attempt = async (): Promise<void> => {
    try {
      await client.catalogs();
    } catch (error) {
      if (!(error instanceof AwayError) || error.hasAnswered) throw error;
      throw new CommandError(`${error.message}: start one with \`npm start\``, { cause: error });
    }
  };
  try {
    await retried(attempt, {
      giveUpAfterMs,
      onAway: ({ message }) => reporter.say(`the server is not ready (${message}); trying again …`),
    });
  } catch (error) {
    if (!(error instanceof AwayError)) throw error;
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

/** @returns 0 too where the server does not answer any more: the import itself is done. */
async function waitingIn(client: KindredClient, catalog: string): Promise<number> {
  try {
    const found = (await client.catalogs()).find((each) => each.catalog === catalog);
    return found?.waiting ?? 0;
  } catch (error) {
    if (error instanceof AwayError) return 0;
    throw error;
  }
}
