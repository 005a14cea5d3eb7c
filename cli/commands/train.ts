import { type CatalogId, MAIN_CATALOG } from '@kindred/shared/id';
import { type Command, Option } from 'commander';
import type { TrainRequest } from '../train/train-command.ts';
import { helpAfter, JSON_HELP } from './help-text.ts';
import { catalogValue } from './option-values.ts';

interface Options {
  readonly catalog: CatalogId;
  readonly status?: true;
  readonly rollback?: true;
  readonly json?: boolean;
}

const EXIT_NOT_TRAINED = 1;

/** Declares `kindred train`. */
export function trainCommand(program: Command, run = runTrain): void {
  program
    .command('train')
    .summary('train a catalog on its own history')
    .description('Trains a catalog of a running Kindred on its own history, and shows how it goes.')
    .option('--catalog <name>', 'the catalog', catalogValue, MAIN_CATALOG)
    .option('--status', 'only show the versions that are kept, and how a training goes that runs')
    .addOption(
      new Option('--rollback', 'let the version before the one that serves take its place').conflicts('status'),
    )
    .option('--json', JSON_HELP)
    .addHelpText(
      'after',
      helpAfter({
        notes: ['Ctrl-C ends the watching, not the training.'],
        environment: {
          KINDRED_TRAINER_URL: 'the trainer, where the services run apart (default: KINDRED_URL)',
          KINDRED_URL: 'the server (default: http://127.0.0.1:8080)',
          KINDRED_API_KEY: 'its key, if it has one',
        },
        exitCodes: { 0: 'done', 1: 'the training failed', 2: 'nothing could be done', 78: 'a setting is wrong' },
      }),
    )
    .action(({ catalog, status, rollback, json = false }: Options) =>
      run({ catalog, verb: status ? 'status' : rollback ? 'rollback' : 'train' }, json),
    );
}

async function runTrain(request: TrainRequest, isJson: boolean): Promise<void> {
  const { readClientConfig } = await import('../config.ts');
  const { ConsoleReporter } = await import('../console/console-reporter.ts');
  const { KindredClient } = await import('../kindred-client.ts');
  const { train } = await import('../train/train-command.ts');
  const client = new KindredClient(readClientConfig());
  const reporter = new ConsoleReporter({ stdout: process.stdout, stderr: process.stderr, isJson });
  process.exitCode = (await train(request, { client, reporter })) ? 0 : EXIT_NOT_TRAINED;
}
