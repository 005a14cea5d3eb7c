import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeData, SHARED_FOLDER } from './data-folder.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { type PostgresUser, postgresUser } from './postgres-user.ts';

/** PostgreSQL's programs, and data that a server can start on. */
export interface PostgresInstallation {
  /** The owner's: holds the password, the server's log and, unless it had to move, the data. */
  readonly folder: string;
  /** Data directory by its real path. */
  readonly data: string;
  readonly binaries: PostgresBinaries;
  /** Password of the one database user, `kindred`. */
  readonly password: string;
  /** `undefined` for the user of this process. */
  readonly user: PostgresUser | undefined;
}

/** Makes in `folder` what is missing, which takes 2 to 4 s on first use. */
export async function installPostgres(folder: string): Promise<PostgresInstallation> {
  await mkdir(folder, { recursive: true });
  const user = await postgresUser();
  const installation: PostgresInstallation = {
    folder,
    data: await placeData(folder, user, SHARED_FOLDER),
    binaries: await postgresBinaries(user, SHARED_FOLDER),
    password: await passwordOf(folder),
    user,
  };
  await initialise(installation);
  return installation;
}

/** Password of the server of `folder`. @throws where there is none. */
export async function readPassword(folder: string): Promise<string> {
  return (await readFile(join(folder, 'password'), 'utf8')).trim();
}

async function passwordOf(folder: string): Promise<string> {
  const made = randomBytes(24).toString('hex');
  await writeFile(join(folder, 'password'), made, { flag: 'wx', mode: 0o600, flush: true }).catch(() => {});
  return readPassword(folder);
}

/**
 * Makes the database cluster once: beside its place and then renamed, so that it is whole or not there. By `initdb` itself:
 * `pg_ctl init` would hand the paths to a shell, which takes `$` and backquotes in them for its own.
 */
async function initialise({ binaries, data, password, user }: PostgresInstallation): Promise<void> {
  if (await readFile(join(data, 'PG_VERSION')).catch(() => undefined)) return;
  const partial = `${data}.partial`;
  const passwordFile = `${data}.password`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [partial, passwordFile]) await chown(path, user.uid, user.gid);
  const words = ['-D', partial, '-U', 'kindred', '--pwfile', passwordFile];
  words.push('-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-instructions');
  const initdb = spawnSync(binaries.initdb, words, { ...user, cwd: '/', encoding: 'utf8' });
  await rm(passwordFile);
  if (initdb.status !== 0) {
    throw new Error(`initdb failed: ${initdb.error?.message ?? ''} ${initdb.stderr ?? ''}${initdb.stdout ?? ''}`);
  }
  await rename(partial, data);
}
