import { ConfigError } from '@kindred/shared/platform/config';
import { CommandError } from './command-error.ts';
import { DataError } from './dataset-folder/data-error.ts';

/** What a command says of what ended it: the message alone where that is meant for the user, else the stack too. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isForTheUser = error instanceof CommandError || error instanceof DataError || error instanceof ConfigError;
  // What the system says of a file is for the user too; anything else is a bug and needs its stack.
  return isForTheUser || 'syscall' in error ? error.message : (error.stack ?? error.message);
}
