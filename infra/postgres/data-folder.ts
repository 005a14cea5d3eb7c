import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canEnter, type PostgresUser } from './postgres-user.ts';

/** Holds the data of servers that root started in folders that only root can enter, and PostgreSQL's programs for them. */
export const SHARED_FOLDER = '/var/lib/kindred';
/** Name of the note in an owner's folder that says where its data lies; the path in one line. */
const MOVED_TO = 'moved-to';
/** Name of the note beside moved data that says which folder uses it; the path in one line. */
const OWNER = 'owner';
const DATA = 'data';

/** Folder in `sharedFolder` that holds one server's data. */
const SHARED_NAME = /^postgres-[0-9a-f]{12}$/;

/** True for the name of a folder in the shared place that holds one server's data. */
export function isSharedDataName(name: string): boolean {
  return SHARED_NAME.test(name);
}

/** Data directory of the server of `folder`; it need not exist. */
export async function dataFolderOf(folder: string): Promise<string> {
  return join((await movedTo(folder)) ?? folder, DATA);
}

/** Folder outside `folder` that holds its data; `undefined` where the data lies in the folder itself. */
export async function movedTo(folder: string): Promise<string | undefined> {
  return noteIn(folder, MOVED_TO);
}

/** Folder that uses the moved data in `place`; `undefined` where no note says so. */
export async function ownerOf(place: string): Promise<string | undefined> {
  return noteIn(place, OWNER);
}

/**
 * Makes the place of a server's data: in `folder` itself or, where the server's user cannot enter that, in the shared
 * folder, with notes that lead there and back.
 * @returns The data directory, which need not exist yet, by its real path.
 */
export async function placeData(folder: string, user: PostgresUser | undefined, sharedFolder: string): Promise<string> {
  const isNear = user === undefined || (await canEnter(user, folder));
  const noted = await movedTo(folder);
  if (noted === undefined && isNear) return join(await realpath(folder), DATA);
  const place = noted ?? join(sharedFolder, `postgres-${randomBytes(6).toString('hex')}`);
  if (noted === undefined) {
    await mkdir(place, { recursive: true });
    await chmod(sharedFolder, 0o755);
    await chmod(place, 0o755);
    await writeFile(join(folder, MOVED_TO), `${place}\n`, { flush: true });
  }
  const owner = await realpath(folder);
  if ((await ownerOf(place)) !== owner) await writeFile(join(place, OWNER), `${owner}\n`, { flush: true });
  return join(await realpath(place), DATA);
}

async function noteIn(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  return text?.trim();
}
