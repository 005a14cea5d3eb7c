import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
const DOWNLOADS = resolve(ROOT, process.env.KINDRED_DATA_DIR ?? '.kindred');
const INSTALL_TIMEOUT_MS = 300_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Schemathesis where it can run, else why not. */
export type Availability = { readonly program: string } | { readonly reason: string };

/**
 * Installs schemathesis from PyPI into a virtual environment of its own, below the folder that all of the project's
 * downloads share; once for each content of `requirements.txt`.
 */
export async function schemathesis(): Promise<Availability> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const version = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const folder = join(DOWNLOADS, `schemathesis-${version.slice(0, 12)}`);
  const program = join(folder, 'bin', 'st');
  const stamp = join(folder, 'installed');
  if (await exists(stamp)) return { program };
  await rm(folder, { recursive: true, force: true });
  const steps = [
    ['python3', '-m', 'venv', folder],
    [join(folder, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
  ];
  for (const [command = '', ...words] of steps) {
    const { code, output } = await run(command, words, INSTALL_TIMEOUT_MS);
    if (code !== 0) return { reason: `${command} ${words.slice(0, 2).join(' ')} failed: ${lastLine(output)}` };
  }
  await writeFile(stamp, '');
  return { program };
}

export interface FuzzOptions {
  readonly program: string;
  /** Address of the OpenAPI document. */
  readonly url: string;
  /** Generated requests per operation and phase, at most. */
  readonly examplesMax: number;
  readonly seed: number;
  readonly timeoutMs: number;
}

/** Generates requests from the document and compares the answers with it, with the settings of `schemathesis.toml`. */
export function fuzz({ program, url, examplesMax, seed, timeoutMs }: FuzzOptions): Promise<Outcome> {
  return run(
    program,
    ['--no-color', 'run', url, '--max-examples', String(examplesMax), '--seed', String(seed), '--continue-on-failure'],
    timeoutMs,
  );
}

export interface Outcome {
  /** `null` when it did not end in time. */
  readonly code: number | null;
  readonly output: string;
}

function run(command: string, words: readonly string[], timeout: number): Promise<Outcome> {
  return new Promise((done) => {
    const env = {
      ...process.env,
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
      PYTHONDONTWRITEBYTECODE: '1',
      HYPOTHESIS_STORAGE_DIRECTORY: join(DOWNLOADS, 'hypothesis'),
    };
    // The settings and their hooks are found from here.
    const options = { cwd: ROOT, env, timeout, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(command, words, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      if (error === null) done({ code: 0, output });
      else done({ code: typeof error.code === 'number' ? error.code : null, output: `${output}\n${error.message}` });
    });
  });
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
