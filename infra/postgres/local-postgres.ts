import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../free-port.ts';
import { ownDatabase } from './database-owner.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { canEnter, type PostgresUser, postgresUser } from './postgres-user.ts';

/** A real PostgreSQL server that this process owns. */
export interface LocalPostgres {
  readonly url: string;
  /** Of the server that runs now. */
  readonly pid: number;
  /** Fast shutdown: sessions end, everything committed is on disk. */
  stop(): Promise<void>;
}

/** Where a root user's server keeps what must not lie in folders that only root can enter. */
const ROOT_FOLDER = '/var/lib/kindred';
const START_TIMEOUT_MS = 60_000;

/**
 * Starts PostgreSQL on a free port of 127.0.0.1, with its data in `folder`, made on first use.
 *
 * One owner at a time; a server that a killed owner left running is taken over as it is. One that dies is started again
 * on the same address.
 * @param onLost  Called once when another process has become its owner, or when it does not come back within a minute;
 *   by default it throws, and so ends the process.
 * @throws {FolderInUseError} when the owner lives.
 */
export async function startLocalPostgres(
  folder: string,
  onLost: (error: Error) => void = (error) => {
    throw error;
  },
): Promise<LocalPostgres> {
  await mkdir(folder, { recursive: true });
  const user = await postgresUser();
  const data = join(await dataParent(folder, user), 'data');
  const password = await passwordOf(folder);
  const binaries = await postgresBinaries(user, ROOT_FOLDER);
  await initialise({ binaries, data, password, user });
  const installation = { binaries, data, password, user, folder };
  let running = (await runningServer(data, password)) ?? (await spawnServer(installation, await freePort()));
  const { url } = running;
  const revive = async (): Promise<void> => {
    if (await isPostgres(running.pid)) return;
    running = await spawnServer(installation, Number(new URL(url).port));
  };
  const owner = await ownDatabase({ url, folder, revive, onLost });
  return {
    url,
    get pid() {
      return running.pid;
    },
    stop: async () => {
      await owner.release();
      await endServer(running.pid);
    },
  };
}

/** Ends a server that a killed owner left on `folder` and deletes its data, wherever it lies. */
export async function removeLocalPostgres(folder: string): Promise<void> {
  const elsewhere = await readFile(join(folder, 'moved-to'), 'utf8').catch(() => undefined);
  const parent = elsewhere?.trim() ?? folder;
  const pid = Number((await readFile(join(parent, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 0 && (await isPostgres(pid))) await endServer(pid);
  await rm(parent, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

interface RunningServer {
  readonly url: string;
  readonly pid: number;
}

interface Installation {
  readonly binaries: PostgresBinaries;
  readonly data: string;
  readonly password: string;
  readonly user: PostgresUser | undefined;
}

/** The folder itself, or, when the server's user cannot enter it, one that it can, noted in the folder. */
async function dataParent(folder: string, user: PostgresUser | undefined): Promise<string> {
  const noted = await readFile(join(folder, 'moved-to'), 'utf8').catch(() => undefined);
  if (noted !== undefined) return noted.trim();
  if (user === undefined || (await canEnter(user, folder))) return folder;
  const elsewhere = join(ROOT_FOLDER, `postgres-${randomBytes(6).toString('hex')}`);
  await mkdir(elsewhere, { recursive: true });
  await chmod(ROOT_FOLDER, 0o755);
  await chmod(elsewhere, 0o755);
  await writeFile(join(folder, 'moved-to'), `${elsewhere}\n`, { flush: true });
  return elsewhere;
}

async function passwordOf(folder: string): Promise<string> {
  const path = join(folder, 'password');
  await writeFile(path, randomBytes(24).toString('hex'), { flag: 'wx', mode: 0o600, flush: true }).catch(() => {});
  return (await readFile(path, 'utf8')).trim();
}

/** Makes the database cluster once: beside its place and then renamed, so that it is whole or not there. */
async function initialise({ binaries, data, password, user }: Installation): Promise<void> {
  if (await readFile(join(data, 'PG_VERSION')).catch(() => undefined)) return;
  const partial = `${data}.partial`;
  const passwordFile = `${data}.password`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [partial, passwordFile]) await chown(path, user.uid, user.gid);
  const initdb = spawnSync(
    binaries.initdb,
    [
      '-D',
      partial,
      '-U',
      'kindred',
      '--pwfile',
      passwordFile,
      '-A',
      'scram-sha-256',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
    ],
    { ...user, cwd: '/', encoding: 'utf8' },
  );
  await rm(passwordFile);
  if (initdb.status !== 0) {
    throw new Error(`initdb failed: ${initdb.error?.message ?? ''} ${initdb.stderr ?? ''}${initdb.stdout ?? ''}`);
  }
  await rename(partial, data);
}

/** A server that already runs on this data, such as one that a killed owner left behind. */
async function runningServer(data: string, password: string): Promise<RunningServer | undefined> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    const pid = Number(lines[0]);
    if (!(pid > 0) || !(await isPostgres(pid))) return undefined;
    const server = { pid, url: urlOf(Number(lines[3]), password) };
    if (await answers(server.url)) return server;
  }
  throw new Error(`a PostgreSQL server runs on ${data} and does not answer`);
}

/** A process id may have been given to another program since the server died. */
async function isPostgres(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres');
  return name.trim() === 'postgres';
}

async function spawnServer(installation: Installation & { folder: string }, port: number): Promise<RunningServer> {
  const { binaries, data, password, user, folder } = installation;
  const logPath = join(folder, 'postgres.log');
  const log = await open(logPath, 'a');
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Several processes of each service keep up to 20 each.
    max_connections: '200',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    // An owner that died must be noticed soon, for its lock to be free.
    tcp_keepalives_idle: '5',
  };
  const server = spawn(
    binaries.postgres,
    [
      '-D',
      data,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    // A session of its own: Ctrl-C in the terminal must reach the owner only, who drains first.
    { ...user, cwd: '/', detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
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
  // Another start may have been faster on the same data.
  const other = await runningServer(data, password);
  if (other) return other;
  const tail = (await readFile(logPath, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
  throw new Error(`PostgreSQL did not start: ${failure ?? 'no answer'}\n${tail}`);
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

async function endServer(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20)) {
      if (!(await isPostgres(pid))) return;
    }
  }
}
