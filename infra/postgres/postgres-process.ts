import { execFileSync } from 'node:child_process';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server on this machine that Kindred started. */
export interface PostgresProcess {
  readonly pid: number;
  /** Data directory that it runs on. */
  readonly data: string;
  /** False once that directory was deleted. */
  readonly hasData: boolean;
}

/** Setting by which a server of Kindred's is known among others. */
export const OWN_MARK = 'cluster_name=kindred';
/** Linux ends the path of a deleted working directory with this. */
const DELETED = ' (deleted)';
/** As `ps` shows the command line: `… -D DATA -p PORT …`. */
const DATA_ARGUMENT = / -D (.+?) -p \d+ /;

/**
 * True if the process is the server that runs on `data`, by its real path. A process id may have been given to another
 * program since the server died, and a dead process that its parent does not collect keeps its id: neither is.
 */
export async function isServing(pid: number, data: string): Promise<boolean> {
  if (platform() !== 'linux') return (await listed(pid)).some((found) => found.data === data);
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (!/\(postgres\) [^ZX] /.test(status)) return false;
  const folder = await workingFolder(pid);
  return folder === data || folder === data + DELETED;
}

/**
 * True for a PostgreSQL process that was killed and still has its id: it is ending, or its parent has not collected it yet.
 * Always false on systems without /proc.
 */
export async function isUncollected(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (!status.includes('(postgres)')) return false;
  // A process gives up its folder before it becomes a zombie.
  return /\) [ZX] /.test(status) || (await workingFolder(pid)) === undefined;
}

/** All servers of Kindred's, of every user that this one may look at. Cost: a look at each process of the machine. */
export async function postgresProcesses(): Promise<readonly PostgresProcess[]> {
  if (platform() !== 'linux') return listed();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(serverOf));
  return found.filter((server) => server !== undefined);
}

/** The postmaster keeps its arguments; its child processes show a title in their place. */
async function serverOf(pid: number): Promise<PostgresProcess | undefined> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  if (!words.includes(OWN_MARK) || !words[0]?.endsWith('postgres')) return undefined;
  const folder = await workingFolder(pid);
  if (folder === undefined) return undefined;
  const hasData = !folder.endsWith(DELETED);
  return { pid, data: hasData ? folder : folder.slice(0, -DELETED.length), hasData };
}

/** PostgreSQL works in its data directory, and Linux follows it where that is moved. */
function workingFolder(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

/** The same by `ps`, for systems without /proc. */
async function listed(pid?: number): Promise<readonly PostgresProcess[]> {
  const which = pid === undefined ? ['-A'] : ['-p', String(pid)];
  let lines: string[];
  try {
    lines = execFileSync('ps', [...which, '-o', 'pid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  } catch {
    // `ps -p` fails where there is no such process.
    return [];
  }
  const servers: PostgresProcess[] = [];
  for (const line of lines) {
    const [, id, state, words = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const data = DATA_ARGUMENT.exec(words)?.[1];
    if (data === undefined || state?.startsWith('Z') || !words.includes(OWN_MARK)) continue;
    servers.push({ pid: Number(id), data, hasData: await exists(join(data, 'PG_VERSION')) });
  }
  return servers;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
