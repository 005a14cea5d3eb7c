import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SHARED_FOLDER } from './data-folder.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import type { PostgresInstallation } from './postgres-installation.ts';
import { isServing, isUncollected, OWN_MARK, postgresProcesses } from './postgres-process.ts';
import { postgresUser } from './postgres-user.ts';

/** A server that answers. */
export interface PostgresServer {
  readonly pid: number;
  readonly url: string;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const COLLECT_TIMEOUT_MS = 10_000;
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  OWN_MARK,
  // Several processes of each service keep up to 20 each.
  'max_connections=200',
  'shared_buffers=256MB',
  'max_wal_size=2GB',
  // An owner that died must be noticed soon, for its lock to be free.
  'tcp_keepalives_idle=5',
];
/** From the gentle end, after which all that was committed is on disk, to one that leaves recovery to the next start. */
const SHUTDOWNS = [
  { mode: 'fast', signal: 'SIGINT' },
  { mode: 'immediate', signal: 'SIGQUIT' },
] as const;

/**
 * Starts a server on 127.0.0.1 and waits until it answers: about 0.2 s, longer where it recovers from a crash.
 *
 * Spawned here and not by `pg_ctl start`, which leaves the server to process 1: in a container without an init, that is a
 * program that collects no dead processes. A killed server then stays a zombie, `postmaster.pid` names a process that
 * seems to live, and PostgreSQL refuses to start again (seen). A child of ours is collected.
 * @returns The server on this data, also one that another process was faster to start.
 * @throws {Error} with the end of the log when it does not answer within a minute.
 */
export async function spawnServer(installation: PostgresInstallation, port: number): Promise<PostgresServer> {
  const { binaries, data, user, folder, password } = installation;
  await predecessorCollected(data);
  const logPath = join(folder, 'postgres.log');
  const log = await open(logPath, 'a');
  const words = ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])];
  // A session of its own: Ctrl-C in the terminal must reach the owner only, who drains first.
  const server = spawn(binaries.postgres, words, {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  let failure: string | undefined;
  server.on('error', (error) => {
    failure = error.message;
  });
  server.on('exit', (code) => {
    failure ??= `it exited with ${code}`;
  });
  server.unref();
  const url = urlOf(port, password);
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(30)) {
    if (failure !== undefined) break;
    if (await answers(url)) return { url, pid: server.pid! };
  }
  const other = await runningServer(installation);
  if (other) return other;
  const tail = (await readFile(logPath, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
  throw new Error(`PostgreSQL did not start: ${failure ?? 'no answer'}\n${tail}`);
}

/**
 * Waits until the process that `postmaster.pid` names is gone: a killed server stays a zombie until its parent, often
 * process 1, collects it, and PostgreSQL takes a zombie for a server that runs. A process that serves other data does not
 * hinder.
 */
async function predecessorCollected(data: string): Promise<void> {
  for (const deadline = Date.now() + COLLECT_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
    const noted = await notedServer(data);
    if (noted === undefined || !(await isUncollected(noted.pid))) return;
  }
}

/**
 * Finds the server that already runs on this data and waits until it answers.
 * @throws {Error} when it does not within a minute.
 */
export async function runningServer({
  data,
  password,
}: Pick<PostgresInstallation, 'data' | 'password'>): Promise<PostgresServer | undefined> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    const noted = await notedServer(data);
    if (noted === undefined || !(await isServing(noted.pid, data))) return undefined;
    const server = { pid: noted.pid, url: urlOf(noted.port, password) };
    if (await answers(server.url)) return server;
  }
  throw new Error(`a PostgreSQL server runs on ${data} and does not answer`);
}

/** Process of the server on this data, whether it answers or not; found also where the data was deleted. */
export async function serverPid(data: string): Promise<number | undefined> {
  const noted = await notedServer(data);
  if (noted !== undefined && (await isServing(noted.pid, data))) return noted.pid;
  return (await postgresProcesses()).find((server) => server.data === data)?.pid;
}

/**
 * Ends exactly this server: sessions end, and all that was committed is on disk. One that does not end is ended harder
 * after ten seconds, and killed in the end.
 *
 * By `pg_ctl stop` where it can: it reads the process id from the data directory, so a server whose directory was deleted
 * is sent the signals that pg_ctl would send. It trusts that process id, hence the check before.
 */
export async function stopServer(pid: number, data: string): Promise<void> {
  for (const { mode, signal } of SHUTDOWNS) {
    if (!(await isServing(pid, data))) return;
    const isNoted = (await notedServer(data))?.pid === pid;
    if (!isNoted || !(await stopByPgCtl(data, mode))) send(pid, signal);
    if (await hasEnded(pid, data)) return;
  }
  send(pid, 'SIGKILL');
  await hasEnded(pid, data);
}

/**
 * Asks for a shutdown without waiting for it: pg_ctl would report the end when `postmaster.pid` is gone, some moments before
 * the process is.
 * @returns False where it could not ask.
 */
async function stopByPgCtl(data: string, mode: 'fast' | 'immediate'): Promise<boolean> {
  const user = await postgresUser();
  const binaries = await postgresBinaries(user, SHARED_FOLDER).catch(() => undefined);
  if (binaries === undefined) return false;
  const words = ['stop', '--no-wait', '--silent', '-m', mode, '-D', data];
  const run = spawn(binaries.pgCtl, words, { ...user, cwd: '/', stdio: 'ignore' });
  return new Promise((done) => {
    run.on('error', () => done(false));
    run.on('exit', (code) => done(code === 0));
  });
}

async function hasEnded(pid: number, data: string): Promise<boolean> {
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
    if (!(await isServing(pid, data))) return true;
  }
  return false;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

/** Reads `postmaster.pid`; `undefined` where there is none. */
async function notedServer(data: string): Promise<{ readonly pid: number; readonly port: number } | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]) } : undefined;
}

function urlOf(port: number, password: string): string {
  return `postgres://kindred:${password}@127.0.0.1:${port}/postgres`;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
