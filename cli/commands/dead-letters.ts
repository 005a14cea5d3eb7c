import type { Command } from 'commander';
import { helpAfter, JSON_HELP } from './help-text.ts';

interface Options {
  readonly json?: boolean;
}

type Verb = 'list' | 'retry';

/** Declares `kindred dead-letters`. */
export function deadLettersCommand(program: Command, run = runDeadLetters): void {
  const command = program
    .command('dead-letters')
    .summary('show or retry the messages of the event log that could not be read')
    .description('Shows or retries the messages of the event log that could not be read as events.');
  const after = helpAfter({
    environment: {
      KINDRED_RANKING_URL: 'the server of events, where the services run apart (default: KINDRED_URL)',
      KINDRED_URL: 'the server (default: http://127.0.0.1:8080)',
      KINDRED_API_KEY: 'its key, if it has one',
    },
    exitCodes: { 0: 'done', 2: 'it could not be done', 78: 'a setting is wrong' },
  });
  command
    .command('list')
    .description('Shows the messages, each with the reason.')
    .option('--json', JSON_HELP)
    .addHelpText('after', after)
    .action(({ json = false }: Options) => run('list', json));
  command
    .command('retry')
    .description('Puts the messages into the event log again, such as after their catalog was made.')
    .option('--json', JSON_HELP)
    .addHelpText('after', after)
    .action(({ json = false }: Options) => run('retry', json));
}

async function runDeadLetters(verb: Verb, isJson: boolean): Promise<void> {
  const { readClientConfig } = await import('../config.ts');
  const { ConsoleReporter } = await import('../console/console-reporter.ts');
  const { deadLetters } = await import('../dead-letters/dead-letters-command.ts');
  const { KindredClient } = await import('../kindred-client.ts');
  const client = new KindredClient(readClientConfig());
  await deadLetters(verb, {
    client,
    reporter: new ConsoleReporter({ stdout: process.stdout, stderr: process.stderr, isJson }),
  });
}
