import type { CatalogId } from '@kindred/shared/id';
import type { Command } from 'commander';
import type { ImportRequest } from '../import/import-command.ts';
import { helpAfter, JSON_HELP } from './help-text.ts';
import { catalogValue, pathValue } from './option-values.ts';

interface Options {
  readonly catalog?: CatalogId;
  readonly json?: boolean;
}

const GIVE_UP_AFTER_MS = 30_000;
const EXIT_REJECTED = 1;
const EXIT_INTERRUPTED = 130;

/** Declares `kindred import`. */
export function importCommand(program: Command, run = runImport): void {
  program
    .command('import')
    .summary('load items and events into a running Kindred')
    .description('Loads items and events into a running Kindred.')
    .argument(
      '<path>',
      'a file, .jsonl, .ndjson, .csv or .tsv, also with .gz, whose rows with user and item are events, others items; ' +
        'or a data-set folder: dataset.json with items.jsonl.gz and train.tsv.gz beside it',
      pathValue,
    )
    .option(
      '--catalog <name>',
      "the catalog to load into, made if it is not there (default: the data set's name; main for a file)",
      catalogValue,
    )
    .option('--json', JSON_HELP)
    .addHelpText(
      'after',
      helpAfter({
        notes: [
          'Every bad row is listed on stderr by its line. An import that was stopped goes on when the same command is',
          'given again.',
        ],
        environment: {
          KINDRED_URL: 'the server (default: http://127.0.0.1:8080)',
          KINDRED_RANKING_URL: 'takes the events, where the services run apart (default: KINDRED_URL)',
          KINDRED_API_KEY: 'its key, if it has one',
          KINDRED_DATA_DIR: 'keeps the progress of unfinished imports (default: .kindred)',
        },
        exitCodes: {
          0: 'all rows were accepted',
          1: 'some were rejected',
          2: 'the import could not be done',
          78: 'a setting is wrong',
        },
      }),
    )
    .action((path: string, { catalog, json = false }: Options) => run({ path, catalog }, json));
}

async function runImport(request: ImportRequest, isJson: boolean): Promise<void> {
  const { readImportConfig } = await import('../config.ts');
  const { ConsoleReporter } = await import('../console/console-reporter.ts');
  const { importInto } = await import('../import/import-command.ts');
  const config = readImportConfig();
  const reporter = new ConsoleReporter({ stdout: process.stdout, stderr: process.stderr, isJson });
  process.on('SIGINT', () => {
    reporter.endProgress();
    reporter.say('stopped; the same command goes on from where the import is');
    process.exit(EXIT_INTERRUPTED);
  });
  const isComplete = await importInto(request, { config, reporter, giveUpAfterMs: GIVE_UP_AFTER_MS });
  process.exitCode = isComplete ? 0 : EXIT_REJECTED;
}
