import { type ChildProcess, spawn } from 'node:child_process';

/** Kills a process when this one dies in a way that runs no exit handler: then its end of the pipe closes. */
export function guardOf(pid: number): ChildProcess {
  const guard = spawn('sh', ['-c', 'cat > /dev/null; kill -9 "$1"', 'sh', String(pid)], {
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
