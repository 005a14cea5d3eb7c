import type { Command } from 'commander';
import { prepareModel } from '../setup.ts';
import { helpAfter } from './help-text.ts';

/** Declares `kindred start`. */
export function startCommand(program: Command): void {
  program
    .command('start')
    .summary('start the server: the whole engine in one process')
    .description('Starts the server: the whole engine in one process. Fetches the model first, unless it is there.')
    .addHelpText(
      'after',
      helpAfter({
        notes: ['Ctrl-C finishes what is in flight and stops.'],
        environment: {
          PORT: 'where it listens (default: 8080)',
          HOST: 'likewise (default: 127.0.0.1)',
          KINDRED_DATA_DIR: 'the folder that keeps everything (default: .kindred)',
          KINDRED_API_KEY: 'the key that requests must bring (default: none)',
        },
        exitCodes: { 0: 'stopped', 1: 'it could not start', 78: 'a setting is wrong' },
      }),
    )
    .action(async () => {
      prepareModel();
      await import('@kindred/standalone/main');
    });
}
