import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort } from '@kindred/infra/free-port';
import { guardOf } from '@kindred/infra/process-guard';
import { type Client, clientOf } from './client.ts';
import { until } from './until.ts';

const ROOT = resolve(import.meta.dirname, '..');
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

export interface FoundNeighbors {
  readonly items: readonly string[];
  readonly similarities: readonly number[];
}

export interface IndexProcessOptions {
  readonly databaseUrl: string;
  /** Data folder; the snapshots lie in `index/` below it. */
  readonly folder: string;
  /** Default: the service's own. */
  readonly program?: string;
  /** Limit of any file that the process writes, in KiB: the system refuses all beyond it. */
  readonly fileKibMax?: number;
}

/** The index service alone, as a process of its own. */
export class IndexProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #client: Client;
  readonly #exit: Promise<number | null>;
  #hasExited = false;
  #output = '';

  private constructor(options: IndexProcessOptions, port: number) {
    this.#child = spawned(options, port);
    this.#client = clientOf(`http://127.0.0.1:${port}`);
    const guard = this.#child.pid === undefined ? undefined : guardOf(this.#child.pid);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.#exit = new Promise<number | null>((done) => this.#child.once('exit', done)).finally(() => {
      this.#hasExited = true;
      guard?.kill('SIGKILL');
    });
  }

  /** @throws Error when it does not become ready, with all that it wrote. */
  static async start(options: IndexProcessOptions): Promise<IndexProcess> {
    const index = new IndexProcess(options, await freePort());
    try {
      const isReady = async () => index.#hasExited || (await index.#client.get('/readyz')).status === 200;
      await until('the index is ready', isReady, READY_TIMEOUT_MS, POLL_MS);
      if (index.#hasExited) throw new Error('the index ended');
    } catch (cause) {
      index.#child.kill('SIGKILL');
      throw new Error(`the index did not become ready:\n${index.#output}`, { cause });
    }
    return index;
  }

  /** Everything that it wrote, with each line of its log. */
  output(): string {
    return this.#output;
  }

  /** The neighbors of each vector, nearest first. @param position  The answer holds every change up to this one. */
  async neighbors(vectors: readonly Float32Array[], k: number, position = 0): Promise<readonly FoundNeighbors[]> {
    const queries = vectors.map((vector) => ({ vector: [...vector], k }));
    const { status, text, body } = await this.#client.post('/neighbors', { catalog: 'main', position, queries });
    if (status !== 200) throw new Error(`${status} ${text}`);
    const neighbors: readonly FoundNeighbors[] = Reflect.get(body, 'neighbors');
    return neighbors;
  }

  /** Value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const { text } = await this.#client.get('/metrics');
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  }

  /** Resolves once every change up to this one can be found. */
  reached(position: number): Promise<void> {
    const isReached = async () => (await this.metric('kindred_index_position_changes')) >= position;
    return until(`change ${position} can be found`, isReached, READY_TIMEOUT_MS, POLL_MS);
  }

  /** Resolves once all vectors are in the graph too. */
  async built(position: number): Promise<void> {
    await this.reached(position);
    await until('all vectors are in the graph', async () => (await this.metric('kindred_index_unindexed_items')) === 0);
  }

  /** Resolves once all of them have been checked for being unreachable too. */
  async settled(position: number): Promise<void> {
    await this.built(position);
    await until('all vectors are checked', async () => (await this.metric('kindred_index_unchecked_items')) === 0);
  }

  /** @returns The exit code; `null` after a signal. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exit;
  }
}

function spawned(
  { databaseUrl, folder, program = join('services', 'index', 'main.ts'), fileKibMax }: IndexProcessOptions,
  port: number,
): ChildProcessByStdio<null, Readable, Readable> {
  // A shell of POSIX counts in halves of a KiB.
  const limit = fileKibMax === undefined ? '' : `ulimit -f ${fileKibMax * 2} && `;
  return spawn('sh', ['-c', `${limit}exec "$0" "$@"`, process.execPath, program], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      DATABASE_URL: databaseUrl,
      KINDRED_DATA_DIR: folder,
    },
  });
}
