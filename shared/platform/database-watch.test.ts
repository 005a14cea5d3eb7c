import { testDatabase } from '@kindred/infra/postgres/test-database';
import { startProxy } from '@kindred/test/faults/proxy';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { DatabaseWatch } from './database-watch.ts';
import { createLog } from './log.ts';

test('a database is reachable only while it answers', async () => {
  const { url, drop } = await testDatabase();
  const proxied = new URL(url);
  const proxy = await startProxy(Number(proxied.port));
  proxied.port = String(proxy.port);
  const database = openDatabase({ url: proxied.href, connectionsMax: 2, onError: () => {} });
  const watch = new DatabaseWatch({ database, log: createLog('test', 'silent'), intervalMs: 10 });
  const isReachable = (): boolean => watch.isReachable;
  expect(isReachable()).toBe(false);
  watch.start();
  await expect.poll(isReachable).toBe(true);
  await proxy.cut();
  await expect.poll(isReachable).toBe(false);
  await proxy.restore();
  await expect.poll(isReachable).toBe(true);
  await watch.stop();
  await database.end();
  await proxy.cut();
  await drop();
});
