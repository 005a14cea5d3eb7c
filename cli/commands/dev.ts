import type { Command } from 'commander';
import { prepareModel } from '../setup.ts';
import { helpAfter } from './help-text.ts';

/** Declares `kindred dev`. */
export function devCommand(program: Command): void {
  program
    .command('dev')
    .summary('start the services apart, with Kafka and PostgreSQL, on this machine')
    .description(
      'Starts the distributed mode on this machine: a real Kafka broker (Docker, or Java 17 and Maven), a real ' +
        'PostgreSQL and the four services. Prints one JSON line when all are ready, and again when one was restarted.',
    )
    .addHelpText(
      'after',
      helpAfter({
        notes: ['Ctrl-C stops them all.'],
        environment: {
          PORT: 'the port of ranking; ingestion, index and trainer take the next three (default: 8080)',
          KINDRED_DATA_DIR: 'the folder that keeps everything (default: .kindred)',
        },
        exitCodes: { 0: 'stopped', 1: 'it could not start', 78: 'a setting is wrong' },
      }),
    )
    .action(async () => {
      prepareModel();
      await import('@kindred/infra/distributed/dev');
    });
}
