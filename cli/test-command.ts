import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** An import as users run it: a process of its own. */
export interface RunningImport {
  readonly child: ChildProcess;
  readonly end: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

export interface ImportEnvironment {
  readonly url: string;
  readonly dataFolder: string;
  readonly further?: Readonly<Record<string, string>>;
}

export function startImport(words: readonly string[], { url, dataFolder, further }: ImportEnvironment): RunningImport {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'import', 'main.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, KINDRED_URL: url, KINDRED_DATA_DIR: dataFolder, ...further },
  });
  const code = new Promise<number | null>((done) => child.on('exit', done));
  const end = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([exit, stdout, stderr]) => {
    return { code: exit, stdout, stderr };
  });
  return { child, end };
}
