import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { isSharedDataName, movedTo, ownerOf } from '../postgres/data-folder.ts';
import { type PostgresProcess, postgresProcesses } from '../postgres/postgres-process.ts';
import { serverPid, stopServer } from '../postgres/postgres-server.ts';

/** Data of one server in the shared folder. */
export interface SharedData {
  readonly path: string;
  /** Space that it takes on disk. */
  readonly bytes: number;
  /** Folder that uses it; `undefined` where no note names one. */
  readonly owner: string | undefined;
  /**
   * `orphaned`: its owner does not exist, or uses other data. `unknown`: no owner is noted, so it may be in use; the next
   * start of its owner notes it.
   */
  readonly state: 'used' | 'orphaned' | 'unknown';
}

/** Leftovers of folders that are gone. */
export interface Orphans {
  readonly data: readonly SharedData[];
  readonly servers: readonly PostgresProcess[];
}

/** All data in the shared folder, by path; `[]` where there is no such folder. Cost: a look at each file. */
export async function sharedData(sharedFolder: string): Promise<readonly SharedData[]> {
  const names = await readdir(sharedFolder).catch(() => []);
  return Promise.all(
    names
      .filter(isSharedDataName)
      .sort()
      .map(async (name) => {
        const path = join(sharedFolder, name);
        const owner = await ownerOf(path);
        return { path, owner, bytes: await bytesIn(path), state: await stateOf(name, owner) };
      }),
  );
}

/** Finds data without an owner, and servers without data or on such data. */
export async function findOrphans(data: readonly SharedData[]): Promise<Orphans> {
  const orphaned = data.filter(({ state }) => state === 'orphaned');
  const places = new Set(orphaned.map(({ path }) => path));
  const servers = (await postgresProcesses()).filter((server) => !server.hasData || places.has(dirname(server.data)));
  return { data: orphaned, servers };
}

/** Ends the servers and deletes the data. */
export async function removeOrphans({ data, servers }: Orphans): Promise<void> {
  for (const server of servers) await stopServer(server.pid, server.data);
  for (const { path } of data) {
    // Started since it was looked at.
    const pid = await serverPid(join(path, 'data'));
    if (pid !== undefined) await stopServer(pid, join(path, 'data'));
    await rm(path, { recursive: true, force: true });
  }
}

/** A folder that cannot be looked into is not taken for one that is gone. */
async function stateOf(name: string, owner: string | undefined): Promise<SharedData['state']> {
  if (owner === undefined) return 'unknown';
  try {
    await stat(owner);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));
    return isGone ? 'orphaned' : 'unknown';
  }
  const used = await movedTo(owner);
  return used !== undefined && basename(used) === name ? 'used' : 'orphaned';
}

/** Blocks on disk, counted by 512 bytes; files that go meanwhile count nothing. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) {
    const found = await lstat(folder + sep + name).catch(() => undefined);
    bytes += (found?.blocks ?? 0) * 512;
  }
  return bytes;
}
