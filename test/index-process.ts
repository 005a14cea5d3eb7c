import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { freePort } from '@kindred/infra/free-port';
import { guardOf } from '@kindred/infra/process-guard';
import { clientOf } from './client.ts';
import { until } from './until.ts';

const ROOT = resolve(import.meta.dirname, '..');
const READY_TIMEOUT_MS = 60_000;

/** The index service alone, as a process of its own. */
export interface IndexProcess {
  /** What it says, with each line of its log. */
  output(): string;
  /** The neighbors of each vector, nearest first. @param position  The answer holds every change up to this one. */
  neighbors(vectors: readonly Float32Array[], k: number, position?: number): Promise<readonly FoundNeighbors[]>;
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>;
  /** Until every change up to this one is searchable. */
  reached(position: number): Promise<void>;
  /** Until all vectors are in the graph too. */
  built(position: number): Promise<void>;
  /** Until all have been looked for there. */
  settled(position: number): Promise<void>;
  /** @returns The exit code; `null` for one that a signal ended. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

export interface FoundNeighbors {
  readonly items: readonly string[];
  readonly similarities: readonly number[];
}

export interface IndexProcessOptions {
  readonly databaseUrl: string;
  /** The snapshots lie in `index/` below it. */
  readonly folder: string;
  /** Default: the service's own. */
  readonly program?: string;
  /** Of any file that the process writes, in KiB: the system refuses what goes beyond. */
  readonly fileKibMax?: number;
}

/** @throws When it does not become ready, with what it said. */
export async function startIndexProcess(options: IndexProcessOptions): Promise<IndexProcess> {
  const { databaseUrl, folder, program = join('services', 'index', 'main.ts'), fileKibMax } = options;
  const port = await freePort();
  // A shell of POSIX counts in halves of a KiB.
  const limit = fileKibMax === undefined ? '' : `ulimit -f ${fileKibMax * 2} && `;
  const child = spawn('sh', ['-c', `${limit}exec "$0" "$@"`, process.execPath, program], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...{ PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'info' },
      ...{ DATABASE_URL: databaseUrl, KINDRED_DATA_DIR: folder },
    },
  });
  const guard = child.pid === undefined ? undefined : guardOf(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  let hasExited = false;
  const exit = new Promise<number | null>((done) => child.once('exit', done)).finally(() => {
    hasExited = true;
    guard?.kill('SIGKILL');
  });
  const client = clientOf(`http://127.0.0.1:${port}`);
  const metric = async (name: string): Promise<number> => {
    const { text } = await client.get('/metrics');
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  };
  const reached = (position: number): Promise<void> =>
    until(
      `change ${position} is searchable`,
      async () => (await metric('kindred_index_position_changes')) >= position,
      READY_TIMEOUT_MS,
      20,
    );
  const built = async (position: number): Promise<void> => {
    await reached(position);
    await until('all vectors are in the graph', async () => (await metric('kindred_index_unindexed_items')) === 0);
  };
  try {
    await until(
      'the index is ready',
      async () => hasExited || (await client.get('/readyz')).status === 200,
      READY_TIMEOUT_MS,
      20,
    );
    if (hasExited) throw new Error('the index ended');
  } catch (cause) {
    child.kill('SIGKILL');
    throw new Error(`the index did not become ready:\n${output}`, { cause });
  }
  return {
    output: () => output,
    async neighbors(vectors, k, position = 0) {
      const queries = vectors.map((vector) => ({ vector: [...vector], k }));
      const { status, text, body } = await client.post('/neighbors', { catalog: 'main', position, queries });
      if (status !== 200) throw new Error(`${status} ${text}`);
      const neighbors: readonly FoundNeighbors[] = Reflect.get(body, 'neighbors');
      return neighbors;
    },
    metric,
    reached,
    built,
    async settled(position) {
      await built(position);
      await until('all vectors are looked for', async () => (await metric('kindred_index_unchecked_items')) === 0);
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exit;
    },
  };
}
