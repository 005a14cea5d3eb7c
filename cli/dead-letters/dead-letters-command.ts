import type { Reporter } from '../console/reporter.ts';
import type { DeadLetter, KindredClient } from '../kindred-client.ts';

/** Parts that `kindred dead-letters` works with. */
export interface DeadLettersOptions {
  readonly client: KindredClient;
  readonly reporter: Reporter;
}

const VALUE_CHARACTERS_MAX = 200;

/** Does all of `kindred dead-letters`. */
export async function deadLetters(verb: 'list' | 'retry', { client, reporter }: DeadLettersOptions): Promise<void> {
  if (verb === 'retry') {
    const retried = await client.retryDeadLetters();
    const line = `${retried} messages are in the event log again; what still cannot be read comes back`;
    reporter.result({ lines: [line], json: { retried } });
    return;
  }
  const letters = await client.deadLetters();
  reporter.result({ lines: [...letters.map(textOf), `${letters.length} dead letters`], json: { letters } });
}

/** Two lines; a message's own text is escaped, because a terminal would obey its control characters. */
function textOf({ partition, offset, at, reason, value }: DeadLetter): string {
  return `${partition}/${offset}  ${at}  ${reason}\n    ${JSON.stringify(value.slice(0, VALUE_CHARACTERS_MAX))}`;
}
