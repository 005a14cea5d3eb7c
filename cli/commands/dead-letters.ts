import { ConfigError } from '@kindred/shared/platform/config';
import { CommandError } from '../command-error.ts';
import { readClientConfig } from '../config.ts';
import { AwayError, createClient, type DeadLetter } from '../kindred-client.ts';

const USAGE = `usage: npm run dead-letters -- list | retry

  list    shows the messages of the event log that could not be read, with the reason
  retry   puts them into the event log again, such as after their catalog was made

KINDRED_RANKING_URL, or else KINDRED_URL, says where the server is (default http://127.0.0.1:8080).`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isForTheUser = error instanceof AwayError || error instanceof CommandError || error instanceof ConfigError;
  console.error(`dead-letters: ${error instanceof Error ? (isForTheUser ? error.message : error.stack) : error}`);
  process.exitCode = 2;
}

async function main(words: readonly string[]): Promise<number> {
  const [verb] = words;
  if (words.length !== 1 || (verb !== 'list' && verb !== 'retry')) {
    console.error(USAGE);
    return 2;
  }
  const client = createClient(readClientConfig(process.env));
  if (verb === 'retry') {
    const retried = await client.retryDeadLetters();
    console.log(`${retried} messages are in the event log again; what still cannot be read comes back`);
    return 0;
  }
  const letters = await client.deadLetters();
  for (const letter of letters) console.log(lineOf(letter));
  console.log(`${letters.length} dead letters`);
  return 0;
}

function lineOf({ partition, offset, at, reason, value }: DeadLetter): string {
  return `${partition}/${offset}  ${at}  ${reason}\n    ${JSON.stringify(value.slice(0, 200))}`;
}
