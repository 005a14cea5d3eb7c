import { readCommandLine, USAGE } from '../commands/import.ts';
import { terminalReporter } from '../console/console-reporter.ts';
import { plainReporter } from '../console/plain-reporter.ts';
import { failureText } from '../failure.ts';
import { readImportConfig } from './config.ts';
import { importInto } from './import-command.ts';

const GIVE_UP_AFTER_MS = 30_000;
const EXIT_REJECTED = 1;
const EXIT_FAILED = 2;
const EXIT_INTERRUPTED = 130;

const reporter = process.stdout.isTTY
  ? terminalReporter(process.stdout, process.stderr)
  : plainReporter(process.stdout, process.stderr);

process.on('SIGINT', () => {
  reporter.close();
  reporter.say('stopped; the same command goes on from where the import is');
  process.exit(EXIT_INTERRUPTED);
});

try {
  process.exitCode = await main();
} catch (error) {
  reporter.close();
  reporter.complain([`import: ${failureText(error)}`]);
  process.exitCode = EXIT_FAILED;
}

async function main(): Promise<number> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine === 'help') {
    reporter.say(USAGE);
    return 0;
  }
  const config = readImportConfig(process.env);
  const isComplete = await importInto({ commandLine, config, reporter, giveUpAfterMs: GIVE_UP_AFTER_MS });
  return isComplete ? 0 : EXIT_REJECTED;
}
