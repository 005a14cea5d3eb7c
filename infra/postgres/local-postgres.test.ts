import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { FolderInUseError, removeLocalPostgres, startLocalPostgres } from './local-postgres.ts';
import { migrate } from './migrate.ts';

// mkdtemp makes a folder of mode 700: as root, the server's own user cannot enter it.
const folder = await mkdtemp(join(tmpdir(), 'kindred-postgres-'));
afterAll(() => removeLocalPostgres(folder));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

test('a server keeps what was committed, is refused to a second owner and taken over after a kill', async () => {
  const first = await startLocalPostgres(folder);
  await migrate(first.url);
  await migrate(first.url);
  expect(await query(first.url, 'SELECT catalog FROM catalogs')).toEqual([{ catalog: 'main' }]);
  await expect(startLocalPostgres(folder)).rejects.toThrow(FolderInUseError);

  process.kill(first.pid, 'SIGKILL');
  const second = await startLocalPostgres(folder);
  expect(await query(second.url, 'SELECT catalog FROM catalogs')).toEqual([{ catalog: 'main' }]);
  await second.stop();

  const third = await startLocalPostgres(folder);
  expect(await query(third.url, 'SELECT catalog FROM catalogs')).toEqual([{ catalog: 'main' }]);
  await third.stop();
  expect(() => process.kill(third.pid, 0)).toThrow();
}, 120_000);
