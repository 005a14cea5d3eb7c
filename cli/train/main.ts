import { ConfigError } from '@kindred/shared/platform/config';
import { CommandError } from '../command-error.ts';
import { readCommandLine, USAGE } from '../commands/train.ts';
import { readClientConfig } from '../config.ts';
import { AwayError, createClient } from '../kindred-client.ts';
import { trainCommand } from './train-command.ts';

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isForTheUser = error instanceof AwayError || error instanceof CommandError || error instanceof ConfigError;
  console.error(`train: ${error instanceof Error ? (isForTheUser ? error.message : error.stack) : error}`);
  process.exitCode = 2;
}

async function main(words: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(words);
  if (commandLine === 'help') {
    console.log(USAGE);
    return 0;
  }
  const client = createClient(readClientConfig(process.env));
  return (await trainCommand({ commandLine, client, say: (line) => console.log(line) })) ? 0 : 1;
}
