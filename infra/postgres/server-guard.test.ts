import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, test } from 'vitest';
import { movedTo } from './data-folder.ts';
import { removeLocalPostgres } from './local-postgres.ts';

const GONE = { timeout: 45_000, interval: 200 };
/** Grace of the guard and its wait for the lock, with a margin. */
const PAST_GRACE_MS = 18_000;

const folders: string[] = [];
afterAll(() => Promise.all(folders.map(removeLocalPostgres)));

/** @param mode  As root, the server's user can enter a folder of mode 755 but not one of mode 700. */
async function newFolder(mode: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-guard-'));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

interface Owner {
  readonly process: ChildProcess;
  readonly postgresPid: number;
}

/** A process of its own that owns a server on `folder`. */
async function startOwner(folder: string): Promise<Owner> {
  const script = `
    import { LocalPostgres } from '${join(import.meta.dirname, 'local-postgres.ts')}';
    const postgres = await LocalPostgres.start({ folder: '${folder}' });
    console.log(postgres.pid);
    setInterval(() => {}, 1_000);
  `;
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(owner.stdout, 'data');
  return { process: owner, postgresPid: Number(String(line)) };
}

async function kill(owner: Owner): Promise<void> {
  owner.process.kill('SIGKILL');
  await once(owner.process, 'exit');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.concurrent('a server whose owner is killed', () => {
  test('ends by itself', async ({ expect }) => {
    const owner = await startOwner(await newFolder(0o700));
    await kill(owner);
    expect(isAlive(owner.postgresPid)).toBe(true);
    await expect.poll(() => isAlive(owner.postgresPid), GONE).toBe(false);
  });

  test('goes on where another process takes it over in time', async ({ expect }) => {
    const folder = await newFolder(0o700);
    const first = await startOwner(folder);
    await kill(first);
    const second = await startOwner(folder);
    expect(second.postgresPid).toBe(first.postgresPid);
    await sleep(PAST_GRACE_MS);
    expect(isAlive(second.postgresPid)).toBe(true);
    await kill(second);
  });

  test.for([
    { mode: 0o700, name: 'that only the owner can enter' },
    { mode: 0o755, name: 'that all can enter' },
  ])('ends where its folder is deleted too, one $name', async ({ mode }, { expect }) => {
    const folder = await newFolder(mode);
    const owner = await startOwner(folder);
    const moved = await movedTo(folder);
    await kill(owner);
    await rm(folder, { recursive: true });
    await expect.poll(() => isAlive(owner.postgresPid), GONE).toBe(false);
    if (moved !== undefined) await rm(moved, { recursive: true });
  });
});
