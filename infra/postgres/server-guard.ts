import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { runAtEnd } from '../process-guard.ts';
import type { PostgresInstallation } from './postgres-installation.ts';

/** Within this a process that starts again takes the server over, as it runs. */
const GRACE_SECONDS = 10;
const PROGRAM = join(import.meta.dirname, 'stop-unowned-server.ts');
/**
 * `$1` grace, `$2` Node, `$3` our program, `$4` owner's folder, `$5` data. Where the program cannot run because the clone was
 * deleted, or is being deleted, the shell stops the server: no owner can start there again. A server without data ends by
 * itself within a minute.
 */
const SCRIPT = `sleep "$1"
unset NODE_OPTIONS
"$2" "$3" "$4" "$5" && exit
pid=$(head -n 1 "$5/postmaster.pid") && [ "$(cat "/proc/$pid/comm")" = postgres ] && kill -INT "$pid"`;

/**
 * Stops the server of an installation once this process is gone, in whatever way, unless another process owns it by then.
 * @returns The guard: SIGKILL dismisses it.
 */
export function guardServer({ folder, data }: PostgresInstallation): ChildProcess {
  return runAtEnd(SCRIPT, [String(GRACE_SECONDS), process.execPath, PROGRAM, folder, data]);
}
