import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Runs a shell script once this process is gone, also where no exit handler could run: the guard waits on a pipe from this
 * process, which the system closes at its end. Costs a shell and a `cat` in a session of their own, so that signals from a
 * terminal do not reach them.
 * @param words  The script's `$1`, `$2`, …
 * @returns The guard: SIGKILL dismisses it.
 */
export function runAtEnd(script: string, words: readonly string[]): ChildProcess {
  const guard = spawn('sh', ['-c', `cat > /dev/null; ${script}`, 'sh', ...words], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {});
  guard.unref();
  // The pipe must not keep this process alive either; Node types a child's stdin without `unref`.
  const pipe: unknown = guard.stdin;
  if (pipe instanceof Object && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  return guard;
}

/** Kills a process once this one is gone. @returns The guard: SIGKILL dismisses it. */
export function guardOf(pid: number): ChildProcess {
  return runAtEnd('kill -9 "$1"', [String(pid)]);
}
