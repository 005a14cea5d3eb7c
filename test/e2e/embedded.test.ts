import { afterAll, describe } from 'vitest';
import { removeData, startEmbeddedServer } from '../embedded-server.ts';
import { apiSuite } from './api.e2e.ts';

describe('embedded mode', async () => {
  const server = await startEmbeddedServer();
  afterAll(async () => {
    await server.stop();
    await removeData(server.folder);
  });
  apiSuite(() => ({ catalogUrl: server.url, rankingUrl: server.url }));
});
