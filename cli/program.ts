import { Command } from 'commander';
import { benchCommand } from './commands/bench.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { devCommand } from './commands/dev.ts';
import { doctorCommand } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { startCommand } from './commands/start.ts';
import { storesCommand } from './commands/stores.ts';
import { trainCommand } from './commands/train.ts';
import manifest from './package.json' with { type: 'json' };

/**
 * All commands, in the order of the help. Each declares itself and loads its work when it runs, so that a command costs
 * no more to start than itself: the server holds no importer in memory.
 */
const COMMANDS: readonly ((program: Command) => void)[] = [
  startCommand,
  devCommand,
  storesCommand,
  importCommand,
  datasetsCommand,
  trainCommand,
  deadLettersCommand,
  benchCommand,
  doctorCommand,
];

const HOW_TO_CALL = `
In the project's folder: npx kindred COMMAND …, or npm run kindred -- COMMAND …. npm start is kindred start, and
npm run import -- … is kindred import …; so are stores, datasets, train, dead-letters, bench and doctor.`;

/** The program's command line. It throws a CommanderError in place of ending the process. */
export function kindredProgram(): Command {
  const program = new Command('kindred')
    .description('Kindred, a recommendation engine that you host yourself.')
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print the usage')
    .helpCommand('help [command]', 'print the usage of a command')
    .exitOverride()
    .showHelpAfterError()
    .addHelpText('after', HOW_TO_CALL);
  for (const declare of COMMANDS) declare(program);
  return program;
}
