import { afterAll, describe } from 'vitest';
import { removeData, startStandaloneServer } from '../standalone-server.ts';
import { apiSuite } from './api.e2e.ts';
import { hostileSuite } from './hostile.e2e.ts';
import { trainedSuite } from './trained.e2e.ts';

describe('standalone mode', async () => {
  const server = await startStandaloneServer();
  afterAll(async () => {
    await server.stop();
    await removeData(server.folder);
  });
  const addresses = { catalogUrl: server.url, rankingUrl: server.url };
  apiSuite(() => addresses);
  describe('hostile input', () => hostileSuite(() => addresses));
  describe('trained weights', () => trainedSuite(() => ({ ...addresses, trainerUrl: server.url })));
});
