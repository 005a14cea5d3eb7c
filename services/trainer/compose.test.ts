import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId } from '@kindred/shared/id';
import { openDatabase } from '@kindred/shared/platform/database';
import { createLog } from '@kindred/shared/platform/log';
import { createRegistry } from '@kindred/shared/platform/metrics';
import { startProxy } from '@kindred/test/faults/proxy';
import { afterAll, expect, test } from 'vitest';
import { ProcessTrainingRunner } from './adapters/process-training-runner.ts';
import { composeTrainer } from './compose.ts';

const { url, drop } = await testDatabase();
const proxied = new URL(url);
const proxy = await startProxy(Number(proxied.port));
proxied.port = String(proxy.port);
const database = openDatabase({ url: proxied.href, connectionsMax: 2, onError: () => {} });
const parts = { database, databaseUrl: url, hours: 0, log: createLog('test', 'silent') };
afterAll(async () => {
  await database.end();
  await proxy.cut();
  await drop();
});

test('the trainer is ready while its database answers, however often that changes, until it is stopped', async () => {
  const trainer = composeTrainer({ ...parts, registry: createRegistry() });
  expect(trainer.notReady()).toEqual(['database']);
  for (let times = 0; times < 2; times++) {
    await expect.poll(() => trainer.notReady()).toEqual([]);
    await proxy.cut();
    await expect.poll(() => trainer.notReady()).toEqual(['database']);
    await proxy.restore();
  }
  await expect.poll(() => trainer.notReady()).toEqual([]);
  await trainer.stop();
  expect(trainer.notReady()).toContain('schedule');
});

test('the trainer is not ready once a training found no process to begin in', async () => {
  const catalog = 'things' as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  const runner = new ProcessTrainingRunner({ databaseUrl: url, execPath: '/nowhere/node' });
  const service = composeTrainer({ ...parts, registry: createRegistry(), runner });
  await expect.poll(() => service.notReady()).toEqual([]);
  await service.trainer.train(catalog);
  await expect.poll(() => service.notReady()).toEqual(['training-process']);
  expect((await service.trainer.status(catalog)).training).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/no process could be started .* ENOENT/),
  });
  await service.stop();
});
