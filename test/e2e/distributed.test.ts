import { startTestBroker, type TestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from '../client.ts';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';
import { until } from '../until.ts';
import { apiSuite } from './api.e2e.ts';
import { hostileSuite } from './hostile.e2e.ts';

const availability = await testBrokerAvailability();
const why = availability.way === 'none' ? ` (skipped: ${availability.reason})` : '';

describe.skipIf(availability.way === 'none')(`distributed mode${why}`, () => {
  let broker: TestBroker;
  let engine: DistributedEngine;
  beforeAll(async () => {
    broker = await startTestBroker(availability);
    engine = await startDistributed(broker.brokers, { replicas: { ingestion: 2, index: 2, ranking: 2, trainer: 1 } });
  });
  afterAll(async () => {
    const codes = await engine?.stop();
    await broker?.stop();
    expect(new Set(Object.values(codes ?? {}))).toEqual(new Set([0]));
  });
  const addresses = (): { catalogUrl: string; rankingUrl: string } => engine.cluster;
  apiSuite(addresses);
  describe('hostile input', () => hostileSuite(addresses));

  test('the trainer takes trainings at an address of its own, and what it made is there for ranking', async () => {
    const { catalogUrl, rankingUrl, trainerUrl = '' } = engine.cluster;
    const base = '/v1/catalogs/trained-apart';
    const [catalog, ranking, trainer] = [catalogUrl, rankingUrl, trainerUrl].map(clientOf);
    expect((await catalog?.put(base))?.status).toBe(201);
    const items = ['a', 'b', 'c'].map((id) => ({ id, title: `The letter ${id}` }));
    expect((await catalog?.post(`${base}/items`, { items }))?.status).toBe(202);
    const events = ['a', 'b'].map((item) => ({ id: item, user: 'ana', item, type: 'save' }));
    const sent = await ranking?.post(`${base}/events`, { events });
    await until('events are applied', async () => {
      return (await ranking?.get(`${base}/users/ana?after=${sent?.body.token}`))?.status === 200;
    });
    expect((await trainer?.post(`${base}/trainings`, undefined))?.status).toBe(202);
    const isServing = async (): Promise<boolean> =>
      /"serving":true/.test((await trainer?.get(`${base}/trainings`))?.text ?? '');
    // Trainings give way to whatever else the machine does.
    await until('it is trained', isServing, 200_000);
    await until('slates are ranked by it', async () => {
      const slate = await ranking?.post(`${base}/recommendations`, { user: 'ana' });
      return /artifact-1/.test(slate?.body.versions.state ?? '');
    });
  }, 300_000);
});
