import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Account that the server runs as where this process is root, as which PostgreSQL refuses to run. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/** `postgres` or `nobody`; `undefined` where this process is not root, so that the server runs as the same user. */
export async function postgresUser(): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const account = ['postgres', 'nobody'].map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean);
  if (account === undefined)
    throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** True if the user may pass through every folder down to `path`. */
export async function canEnter({ uid, gid }: PostgresUser, path: string): Promise<boolean> {
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    const { mode, uid: owner, gid: group } = await stat(folder);
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
