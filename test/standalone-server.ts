import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataFolderOf } from '@kindred/infra/postgres/data-folder';
import { removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { readPassword } from '@kindred/infra/postgres/postgres-installation';
import pg from 'pg';

const ROOT = resolve(import.meta.dirname, '..');
const READY_TIMEOUT_MS = 90_000;

/** The standalone mode as users run it: a process and a folder of its own. */
export interface StandaloneServer {
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  /** From the start of the process to the line that it is ready. */
  readonly readyMs: number;
  /** Everything that it wrote so far. */
  output(): string;
  /** Ctrl-C. @returns The exit code. */
  stop(): Promise<number | null>;
  /** kill −9 of the server alone; its database lives on for ten seconds. */
  kill(): Promise<void>;
  /** kill −9 of the server and of its database's main process. */
  killAll(): Promise<void>;
}

export interface StandaloneServerOptions {
  /** Folder of an earlier server, to start again on; default a new one. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Resolves when the server is ready. @throws with its output when it is not within a minute and a half. */
export async function startStandaloneServer({
  folder,
  environment,
}: StandaloneServerOptions = {}): Promise<StandaloneServer> {
  const dataFolder = folder ?? (await newDataFolder());
  const startMs = performance.now();
  const child = spawnServer(dataFolder, environment);
  let output = '';
  const exit = new Promise<number | null>((done) => child.on('exit', done));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  let exited = false;
  void exit.then(() => {
    exited = true;
  });
  for (const deadline = Date.now() + READY_TIMEOUT_MS; !/is ready at/.test(output); await sleep(10)) {
    if (exited || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the server did not become ready:\n${output}`);
    }
  }
  const url = /is ready at (\S+)/.exec(output)![1]!;
  return {
    url,
    folder: dataFolder,
    pid: child.pid!,
    readyMs: performance.now() - startMs,
    output: () => output,
    stop: async () => {
      child.kill('SIGINT');
      return exit;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
    killAll: async () => {
      const postgres = await postgresPid(dataFolder);
      child.kill('SIGKILL');
      if (postgres !== undefined) process.kill(postgres, 'SIGKILL');
      await exit;
    },
  };
}

/** Makes a folder for one server. */
export function newDataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'kindred-e2e-'));
}

/** Starts the server's process without waiting for it: no demo, no trainings by schedule, a free port. */
export function spawnServer(dataFolder: string, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, ['services/standalone/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: '0',
      KINDRED_DATA_DIR: dataFolder,
      KINDRED_MODELS_DIR: modelsFolder(),
      KINDRED_DEMO: 'off',
      KINDRED_TRAINING_HOURS: '0',
      ...environment,
    },
  });
  // A test that fails before it stops its server must not leave it running.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** Folder that set-up fills with the models. */
export function modelsFolder(): string {
  const { KINDRED_MODELS_DIR, KINDRED_DATA_DIR } = process.env;
  return resolve(ROOT, KINDRED_MODELS_DIR || join(KINDRED_DATA_DIR || '.kindred', 'models'));
}

/** Ends the database that a killed server left behind, and deletes the folder. */
export async function removeData(folder: string): Promise<void> {
  await removeLocalPostgres(join(folder, 'postgres'));
  await rm(folder, { recursive: true, force: true });
}

async function postgresPid(folder: string): Promise<number | undefined> {
  return Number((await postmasterLines(folder))[0]) || undefined;
}

async function postmasterLines(folder: string): Promise<string[]> {
  const data = await dataFolderOf(join(folder, 'postgres'));
  return (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
}

/** Reads a running server's database, past its API. */
export async function queryDatabase<Row extends pg.QueryResultRow>(
  folder: string,
  sql: string,
): Promise<readonly Row[]> {
  const password = await readPassword(join(folder, 'postgres'));
  const port = Number((await postmasterLines(folder))[3]);
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'kindred', password, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
