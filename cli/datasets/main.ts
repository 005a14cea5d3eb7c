import { readCommandLine, USAGE } from '../commands/datasets.ts';
import { terminalReporter } from '../console/console-reporter.ts';
import { plainReporter } from '../console/plain-reporter.ts';
import { failureText } from '../failure.ts';
import { readDatasetsConfig } from './config.ts';
import { prepareDataset } from './datasets-command.ts';

const EXIT_BAD_ROWS = 1;
const EXIT_FAILED = 2;
const EXIT_INTERRUPTED = 130;

const reporter = process.stdout.isTTY
  ? terminalReporter(process.stdout, process.stderr)
  : plainReporter(process.stdout, process.stderr);

// Ending by process.exit deletes what is half made.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    reporter.close();
    reporter.say('stopped; nothing is made');
    process.exit(EXIT_INTERRUPTED);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  reporter.close();
  reporter.complain([`datasets: ${failureText(error)}`]);
  process.exitCode = EXIT_FAILED;
}

async function main(): Promise<number> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine === 'help') {
    reporter.say(USAGE);
    return 0;
  }
  const config = readDatasetsConfig(process.env);
  return (await prepareDataset({ commandLine, config, reporter })) ? 0 : EXIT_BAD_ROWS;
}
