import { startTestBroker, type TestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { type IHeaders, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, clientOf } from '../client.ts';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';
import { type ProxiedDatabase, startProxiedDatabase } from '../faults/proxied-database.ts';
import { until } from '../until.ts';

const availability = await testBrokerAvailability();
const why = availability.way === 'none' ? ` (skipped: ${availability.reason})` : '';
const BASE = '/v1/catalogs/erasure';

interface Letter {
  readonly user: string;
  readonly reason: string;
}

/** Two processes of ranking on one database and one broker, where the database can be cut off. */
describe.skipIf(availability.way === 'none')(`two replicas of ranking${why}`, () => {
  let broker: TestBroker;
  let proxied: ProxiedDatabase;
  let engine: DistributedEngine;
  beforeAll(async () => {
    broker = await startTestBroker(availability);
    proxied = await startProxiedDatabase();
    engine = await startDistributed(broker.brokers, { replicas: { ranking: 2 } }, proxied.database);
    const catalog = clientOf(engine.cluster.catalogUrl);
    expect((await catalog.put(BASE)).status).toBe(201);
    const items = ['a', 'b', 'c'].map((id) => ({ id, title: `The letter ${id}` }));
    expect((await catalog.post(`${BASE}/items`, { items })).status).toBe(202);
  });
  afterAll(async () => {
    await engine?.stop();
    await proxied?.stop();
    await broker?.stop();
  });

  const replica = (name: string): Client => clientOf(engine.cluster.urls.get(name)!);
  const lettersOf = async (client: Client): Promise<readonly Letter[]> =>
    Reflect.get((await client.get('/v1/dead-letters')).body, 'letters');
  const produce = async (value: object, headers: IHeaders = {}): Promise<void> => {
    const producer = new Kafka({ brokers: [...engine.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic: engine.topic, messages: [{ value: JSON.stringify(value), headers }] });
    await producer.disconnect();
  };

  test('an erased user’s dead letters are gone from the topic, at every replica, and those of others stay', async () => {
    const event = { catalog: 'erasure', item: 'a', type: 'stare' };
    for (const user of ['ana', 'bo']) await produce({ ...event, id: user, user });
    await until('both are dead letters', async () => (await lettersOf(replica('ranking'))).length === 2);
    expect((await replica('ranking').delete(`${BASE}/users/ana`)).status).toBe(200);
    for (const name of ['ranking', 'ranking-2']) {
      expect((await lettersOf(replica(name))).map(({ user }) => user)).toEqual(['bo']);
    }
    expect((await replica('ranking').delete(`${BASE}/users/bo`)).status).toBe(200);
    expect(await lettersOf(replica('ranking-2'))).toEqual([]);
  });

  test('a CloudEvent of the binary form is applied when it is retried after its catalog was made', async () => {
    const headers = { ce_specversion: '1.0', ce_id: 'ce-1', ce_type: 'event', ce_source: 'shop' };
    await produce({ catalog: 'later', user: 'cy', item: 'a', type: 'save' }, headers);
    const ranking = replica('ranking');
    const reasons = async () => (await lettersOf(ranking)).map(({ reason }) => reason);
    await until('it is a dead letter', async () => (await reasons()).length === 1);
    expect(await reasons()).toEqual(['catalog: there is no such catalog']);
    await clientOf(engine.cluster.catalogUrl).put('/v1/catalogs/later');
    expect((await ranking.post('/v1/dead-letters/retry', undefined)).status).toBe(202);
    await until('it is applied', async () => {
      const { body } = await ranking.get('/v1/catalogs/later/users/cy');
      return body.events.map(({ id }) => id).join() === 'ce-1';
    });
    await until('it has left the queue', async () => (await reasons()).length === 0);
  });

  test('a replica forgets a user whom another one erased, and says degraded, not unready, without its database', async () => {
    const [first, second] = [replica('ranking'), replica('ranking-2')];
    const events = ['ana', 'bo'].map((user) => ({ id: `save-${user}`, user, item: 'a', type: 'save' }));
    const { body } = await first.post(`${BASE}/events`, { events });
    const slateOf = async (user: string) => {
      const answer = await second.post(`${BASE}/recommendations`, { user, after: undefined });
      return { items: answer.body.items.map(({ item }) => item).sort(), degraded: answer.body.degraded };
    };
    for (const user of ['ana', 'bo']) {
      await until('the replica knows the user', async () => {
        const answer = await second.post(`${BASE}/recommendations`, { user, after: body.token });
        return answer.status === 200 && answer.body.degraded.length === 0;
      });
      expect((await slateOf(user)).items).toEqual(['b', 'c']);
    }
    expect((await first.delete(`${BASE}/users/ana`)).status).toBe(200);
    // Longer than it polls for erasures, and no request for the user comes meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await proxied.proxy.cut();
    try {
      expect(await slateOf('bo')).toMatchObject({ items: ['b', 'c'], degraded: expect.arrayContaining(['history']) });
      expect((await slateOf('ana')).items).toEqual(['a', 'b', 'c']);
      expect((await second.get('/readyz')).status).toBe(200);
    } finally {
      await proxied.proxy.restore();
    }
  });

  test('a replica that starts without its database is not ready until that answers, and names it', async () => {
    await engine.cluster.ready();
    await proxied.proxy.cut();
    try {
      engine.cluster.signal('ranking-2', 'SIGKILL');
      await until('it has started again', () => engine.cluster.starts('ranking-2') === 2);
      await until('it says what it lacks', async () => {
        const { status, text } = await replica('ranking-2').get('/readyz');
        return status === 503 && /database/.test(text);
      });
      expect((await replica('ranking-2').get('/livez')).status).toBe(200);
    } finally {
      await proxied.proxy.restore();
    }
    await until('it is ready', async () => (await replica('ranking-2').get('/readyz')).status === 200);
  });
});
