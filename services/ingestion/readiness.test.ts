import { testDatabase } from '@kindred/infra/postgres/test-database';
import { hashEmbedder } from '@kindred/shared/embedding/hash-embedder';
import { DEFAULT_MODEL, knownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import { type ItemId, MAIN_CATALOG } from '@kindred/shared/id';
import { openDatabase } from '@kindred/shared/platform/database';
import { createLog } from '@kindred/shared/platform/log';
import { createRegistry } from '@kindred/shared/platform/metrics';
import { startProxy } from '@kindred/test/faults/proxy';
import { expect, test } from 'vitest';
import { composeIngestion } from './compose.ts';

test('ingestion is ready only while its database answers and its embedding works', async () => {
  const { url, drop } = await testDatabase();
  const proxied = new URL(url);
  const proxy = await startProxy(Number(proxied.port));
  proxied.port = String(proxy.port);
  const database = openDatabase({ url: proxied.href, connectionsMax: 10, onError: () => {} });
  const model = knownModel(DEFAULT_MODEL)!;
  let failure: string | undefined;
  const embedder = hashEmbedder({ space: spaceOf(model), dimensions: 256, failure: () => failure });
  await proxy.cut();
  const { ingestion, notReady, stop } = composeIngestion({
    database,
    model,
    modelsFolder: '/nowhere',
    workers: 1,
    log: createLog('test', 'silent'),
    registry: createRegistry(),
    embedders: { of: () => embedder, close: () => embedder.close() },
  });
  expect(notReady()).toEqual(['database', 'embedding-space']);

  await proxy.restore();
  await expect.poll(notReady).toEqual([]);
  await proxy.cut();
  await expect.poll(notReady).toEqual(['database']);
  await proxy.restore();
  await expect.poll(notReady).toEqual([]);

  failure = 'the model is damaged';
  await ingestion.putItems(MAIN_CATALOG, [{ id: 'a' as ItemId, title: 'x' }]);
  await expect.poll(notReady).toEqual(['embedding']);
  failure = undefined;
  await expect.poll(notReady).toEqual([]);

  await stop();
  await database.end();
  await proxy.cut();
  await drop();
});
