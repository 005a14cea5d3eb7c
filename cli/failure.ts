import { ConfigError, StartError } from '@kindred/shared/platform/config';
import { CommanderError } from 'commander';
import { CommandError } from './command-error.ts';
import { DataError } from './dataset-folder/data-error.ts';
import { UnavailableError } from './unavailable-error.ts';

const EXIT_FAILED = 2;
/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;

const FOR_THE_USER = [CommandError, DataError, StartError, UnavailableError];

/** The end of a command that did not reach its own. */
export interface Failure {
  /** `undefined` where commander has said it. */
  readonly text: string | undefined;
  readonly exitCode: number;
}

/** Gives a failure its words and its exit code: 78 for wrong settings, 2 for all else. Only a bug shows its stack. */
export function failureOf(error: unknown): Failure {
  // Help and the version come as errors too, with the code 0.
  if (error instanceof CommanderError) {
    return { text: undefined, exitCode: error.exitCode === 0 ? 0 : EXIT_FAILED };
  }
  return { text: textOf(error), exitCode: error instanceof ConfigError ? EXIT_CONFIG : EXIT_FAILED };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The system's words about a file are for the user too.
  const isForTheUser = FOR_THE_USER.some((kind) => error instanceof kind) || 'syscall' in error;
  return isForTheUser ? error.message : (error.stack ?? error.message);
}
