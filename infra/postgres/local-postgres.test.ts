import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { dataFolderOf } from './data-folder.ts';
import { FolderInUseError } from './database-owner.ts';
import { LocalPostgres, removeLocalPostgres } from './local-postgres.ts';
import { migrate } from './migrate.ts';
import { postgresUser } from './postgres-user.ts';

// mkdtemp makes a folder of mode 700: as root, the server's own user cannot enter it.
const folder = await mkdtemp(join(tmpdir(), 'kindred-postgres-'));
afterAll(() => removeLocalPostgres(folder));

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

test('a server keeps what was committed, has one owner, and comes back on its address when it is killed', async () => {
  const first = await LocalPostgres.start({ folder });
  await migrate(first.url);
  await migrate(first.url);
  expect(await query(first.url, 'SELECT catalog FROM catalogs')).toEqual([{ catalog: 'main' }]);
  await expect(LocalPostgres.start({ folder })).rejects.toThrow(FolderInUseError);

  const { pid } = first;
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => first.pid, { timeout: 60_000 }).not.toBe(pid);
  expect(await query(first.url, 'SELECT catalog FROM catalogs')).toEqual([{ catalog: 'main' }]);
  await expect(LocalPostgres.start({ folder })).rejects.toThrow(FolderInUseError);
  await first.stop();

  const second = await LocalPostgres.start({ folder });
  expect(await query(second.url, 'SELECT catalog FROM catalogs')).toEqual([{ catalog: 'main' }]);
  await second.stop();
  expect(() => process.kill(second.pid, 0)).toThrow();
}, 120_000);

test('an owner whose session is ended owns again; where another was faster, it is told so', async () => {
  const lost = Promise.withResolvers<Error>();
  const owner = await LocalPostgres.start({ folder, onLost: lost.resolve });
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kindred owner'`;
  const holders = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 7000`;
  const before = await query(owner.url, holders);
  await query(owner.url, end);
  await expect
    .poll(async () => (await query(owner.url, holders)).filter(({ pid }) => pid !== before[0]?.pid))
    .toHaveLength(1);
  await expect(LocalPostgres.start({ folder })).rejects.toThrow(FolderInUseError);

  const rival = new pg.Client({ connectionString: owner.url });
  await rival.connect();
  await rival.query(`${end}; SELECT pg_advisory_lock(7000, 1)`);
  expect(await lost.promise).toBeInstanceOf(FolderInUseError);
  await rival.end();
  await owner.stop();
}, 120_000);

test.runIf(platform() === 'linux')(
  'a killed server that nobody has collected yet does not hinder the next',
  async () => {
    await (await LocalPostgres.start({ folder })).stop();
    const zombie = await zombieServer(2);
    await writeFile(join(await dataFolderOf(folder), 'postmaster.pid'), `${zombie}\n`);
    const next = await LocalPostgres.start({ folder });
    expect(next.pid).not.toBe(zombie);
    await next.stop();
  },
  60_000,
);

/** A process by the name of a server, ended, and collected only after `seconds`. @returns Its id. */
async function zombieServer(seconds: number): Promise<number> {
  const user = await postgresUser();
  const open = await mkdtemp(join(tmpdir(), 'kindred-zombie-'));
  onTestFinished(() => rm(open, { recursive: true }));
  await chmod(open, 0o755);
  const program = join(open, 'postgres');
  await copyFile('/bin/true', program);
  // `sleep` takes the place of the shell, and collects nothing that the shell started.
  const script = `"${program}" & echo $!; exec sleep ${seconds}`;
  const parent = spawn('sh', ['-c', script], { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void parent.kill());
  const [line] = await once(parent.stdout, 'data');
  return Number(String(line));
}
