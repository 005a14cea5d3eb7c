import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A command as users run it: a process of its own. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly end: Promise<CommandEnd>;
}

export interface CommandEnd {
  /** `null` for a process that a signal ended. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** All that the process finds, besides `PATH`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Words for Node itself. */
  readonly node?: readonly string[];
}

/** Runs `kindred WORD …`. */
export function startCommand(
  words: readonly string[],
  { environment, node = [] }: CommandOptions = {},
): RunningCommand {
  const child = spawn(process.execPath, [...node, join(import.meta.dirname, 'main.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...environment },
  });
  const code = new Promise<number | null>((done) => child.on('exit', done));
  const end = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([exit, stdout, stderr]) => {
    return { code: exit, stdout, stderr };
  });
  return { child, end };
}

export interface ImportEnvironment {
  readonly url: string;
  readonly dataFolder: string;
  readonly further?: Readonly<Record<string, string>>;
}

/** Runs `kindred import WORD …`. */
export function startImport(words: readonly string[], { url, dataFolder, further }: ImportEnvironment): RunningCommand {
  const environment = { KINDRED_URL: url, KINDRED_DATA_DIR: dataFolder, ...further };
  return startCommand(['import', ...words], { environment });
}
