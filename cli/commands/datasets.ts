import type { CatalogId } from '@kindred/shared/id';
import { Argument, type Command } from 'commander';
import type { PrepareRequest } from '../datasets/datasets-command.ts';
import {
  type CsvValues,
  ITEM_FIELDS,
  optionName,
  SOURCE_KINDS,
  type SourceKind,
  sourceChoiceOf,
} from '../datasets/source-choice.ts';
import { helpAfter, JSON_HELP } from './help-text.ts';
import { catalogValue, pathValue } from './option-values.ts';

interface Options extends CsvValues {
  readonly out?: string;
  readonly name?: CatalogId;
  readonly json?: boolean;
}

const EXIT_BAD_ROWS = 1;
const EXIT_INTERRUPTED = 130;

/** Declares `kindred datasets`. */
export function datasetsCommand(program: Command, run = runPrepare): void {
  const datasets = program
    .command('datasets')
    .summary('make a data-set folder from public files or from your own tables')
    .description('Makes data-set folders, which import and bench read (docs/DATASETS.md).');
  const prepare = datasets
    .command('prepare')
    .description('Makes a data-set folder from the files in a folder.')
    .addArgument(
      new Argument(
        '<source>',
        'goodbooks: books.csv, ratings.csv, book_tags.csv and tags.csv of goodbooks-10k; movielens: ratings.csv and ' +
          'movies.csv, or ratings.dat and movies.dat, of a MovieLens edition; csv: any table of interactions, .csv or ' +
          '.tsv, also with .gz',
      ).choices(SOURCE_KINDS),
    )
    .argument('<folder>', 'the folder with the files', pathValue)
    .option('--out <folder>', "the folder to make (default: .kindred/datasets and the data set's name)")
    .option(
      '--name <name>',
      "the data set's name (default: goodbooks, movielens, or the source folder's)",
      catalogValue,
    )
    .option('--json', JSON_HELP);
  addCsvOptions(prepare);
  // There is one verb: its options belong to the help of both.
  datasets.addHelpText('after', () => `\n${prepare.helpInformation()}`);
  prepare
    .addHelpText(
      'after',
      helpAfter({
        notes: ['Every bad row is listed on stderr and left out.'],
        environment: { KINDRED_DATA_DIR: 'the folder that takes the place of .kindred' },
        exitCodes: {
          0: 'all rows are in',
          1: 'the folder is made, but some rows were bad',
          2: 'nothing is made',
          78: 'a setting is wrong',
        },
      }),
    )
    .action((kind: SourceKind, folder: string, { out, name, json = false, ...values }: Options, command: Command) => {
      const source = sourceChoiceOf(kind, values, (problem) => command.error(`error: ${problem}`));
      return run({ source, folder, out, name }, json);
    });
}

function addCsvOptions(prepare: Command): void {
  prepare
    .optionsGroup('Options of csv:')
    .option('--interactions <file>', 'the table of interactions')
    .option('--user <column>', 'its column of users')
    .option('--item <column>', 'its column of items')
    .option('--value <column>', 'its column of values (default: every row is a positive engagement)')
    .option('--positive <number>', 'the least value of a positive engagement')
    .option('--at <column>', 'its column of times; the last tenth is the test then, else a hashed fifth')
    .option('--licence <text>', 'the licence that dataset.json states')
    .option('--items <file>', 'a table of the items; rows of other items are bad then')
    .option('--cold-items', 'name a hashed tenth of the items for the new-item protocol');
  for (const field of ITEM_FIELDS) {
    prepare.option(`${optionName(field)} <column>`, `the items' column of ${field}`);
  }
  prepare.option(
    '--attribute <column>',
    "an items' column that becomes an attribute; may be repeated",
    (column: string, earlier: readonly string[] = []) => [...earlier, column],
  );
}

async function runPrepare(request: PrepareRequest, isJson: boolean): Promise<void> {
  const { readDatasetsConfig } = await import('../config.ts');
  const { ConsoleReporter } = await import('../console/console-reporter.ts');
  const { prepareDataset } = await import('../datasets/datasets-command.ts');
  const reporter = new ConsoleReporter({ stdout: process.stdout, stderr: process.stderr, isJson });
  // Ending by process.exit deletes what is half made.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      reporter.endProgress();
      reporter.say('stopped; nothing is made');
      process.exit(EXIT_INTERRUPTED);
    });
  }
  const isComplete = await prepareDataset(request, { config: readDatasetsConfig(), reporter });
  process.exitCode = isComplete ? 0 : EXIT_BAD_ROWS;
}
