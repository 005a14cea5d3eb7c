import { parseArgs } from 'node:util';
import { type CatalogId, catalogIdSchema } from '@kindred/shared/id';
import { CommandError } from '../command-error.ts';

export const USAGE = `usage: npm run train [-- --catalog NAME] [-- --status | --rollback]

Trains a catalog of a running Kindred on its own history, and shows how it goes.

  --catalog   which; default: main
  --status    only shows the versions that are kept, and how a training goes that runs
  --rollback  lets the version before the one that serves take its place

  KINDRED_TRAINER_URL  the trainer, where the services are apart; default: KINDRED_URL
  KINDRED_URL          the server; default http://127.0.0.1:8080
  KINDRED_API_KEY      its key, if it has one

Ctrl-C ends the watching, not the training.
Exit code: 0 done, 1 the training failed, 2 nothing could be done.`;

export interface CommandLine {
  readonly catalog: CatalogId;
  readonly verb: 'train' | 'status' | 'rollback';
}

/**
 * @returns `'help'` when that is asked for.
 * @throws {CommandError} for anything that is not of the usage.
 */
export function readCommandLine(words: readonly string[]): CommandLine | 'help' {
  const { help, status, rollback, catalog } = parsed(words);
  if (help) return 'help';
  if (status && rollback) throw usageError('--status or --rollback, not both');
  const read = catalogIdSchema.safeParse(catalog);
  if (!read.success) throw usageError(`--catalog ${read.error.issues[0]?.message}`);
  return { catalog: read.data, verb: status ? 'status' : rollback ? 'rollback' : 'train' };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        catalog: { type: 'string', default: 'main' },
        status: { type: 'boolean' },
        rollback: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function usageError(problem: string): CommandError {
  return new CommandError(`${problem}\n\n${USAGE}`);
}
