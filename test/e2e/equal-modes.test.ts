import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster } from '@kindred/infra/distributed/cluster';
import { startTestBroker, type TestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { itemSchema } from '@kindred/shared/catalog';
import { DEFAULT_MODEL, knownModel } from '@kindred/shared/embedding/known-models';
import { type Event, eventSchema } from '@kindred/shared/event';
import { type CatalogId, userIdSchema } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { type Engine, startEngine } from '@kindred/standalone/engine';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, clientOf, type ReplyItem } from '../client.ts';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';
import { modelsFolder, newDataFolder, removeData } from '../standalone-server.ts';
import { until } from '../until.ts';

const availability = await testBrokerAvailability();
const why = availability.way === 'none' ? ` (skipped: ${availability.reason})` : '';

const CATALOG = 'twins' as CatalogId;
const AT = '2026-06-01T00:00:00Z';
const USERS = 12;
const EVENTS_PER_USER = 25;
const LIMIT = 10;
const DEMO = join(import.meta.dirname, '..', '..', 'services', 'standalone', 'demo');

const items = (await readFile(join(DEMO, 'items.jsonl'), 'utf8'))
  .trim()
  .split('\n')
  .slice(0, 150)
  .map((line, index) => ({
    ...JSON.parse(line),
    createdAt: new Date(Date.parse(AT) - index * 3_600_000).toISOString(),
  }));

/** Every user is drawn to some themes; saves, clicks, impressions, a hide and an event that is taken back. */
const events: readonly Event[] = Array.from({ length: USERS * EVENTS_PER_USER }, (_, n) => {
  const user = n % USERS;
  const step = Math.floor(n / USERS);
  const item = items[(user * 13 + step * step * 3 + step * (user % 5)) % items.length].id;
  const type = (['save', 'click', 'impression', 'save', 'dwell', 'hide'] as const)[step % 6]!;
  const at = new Date(Date.parse(AT) - (step + 1) * 5_000_000 - user * 1_000).toISOString();
  return eventSchema.parse({ id: `e${n}`, user: `u${user}`, item, type, value: step === 7 ? 0 : 1, at });
});

describe.skipIf(availability.way === 'none')(`events to Kafka and reads over REST${why}`, () => {
  let broker: TestBroker;
  let distributed: DistributedEngine;
  let standalone: Engine;
  let folder: string;

  beforeAll(async () => {
    broker = await startTestBroker(availability);
    folder = await newDataFolder();
    const model = knownModel(DEFAULT_MODEL)!;
    standalone = await startEngine(
      { dataFolder: folder, modelsFolder: modelsFolder(), model, embeddingWorkers: 1, indexEngine: 'exact' },
      { log: createLog('test', 'error') },
    );
    await standalone.ingestion.createCatalog(CATALOG);
    const parsed = items.map((item) => itemSchema.parse(item));
    await standalone.ingestion.putItems(CATALOG, parsed);
    await standalone.ranking.intake.accept(CATALOG, events, 'test');

    distributed = await startDistributed(broker.brokers, { environment: { KINDRED_INDEX_ENGINE: 'exact' } });
    const catalog = clientOf(distributed.cluster.catalogUrl);
    expect((await catalog.put(`/v1/catalogs/${CATALOG}`)).status).toBe(201);
    expect((await catalog.post(`/v1/catalogs/${CATALOG}/items`, { items })).status).toBe(202);
    await produce(broker.brokers, distributed.topic, events);
    await embeddedAll(() => standalone.ingestion.catalogs());
    await embeddedAll(async () => (await catalog.get('/v1/catalogs')).body.catalogs);
    await settled(() => standaloneSlate(0));
    await settled(async () => (await restSlate(clientOf(distributed.cluster.rankingUrl), 0)).body);
  }, 240_000);

  afterAll(async () => {
    await distributed?.stop();
    await standalone?.stop();
    await broker?.stop();
    await removeData(folder);
  });

  const request = (user: number) => ({ user: `u${user}`, limit: LIMIT, at: AT, seed: 11 + user });
  const restSlate = (client: Client, user: number) =>
    client.post(`/v1/catalogs/${CATALOG}/recommendations`, request(user));
  const standaloneSlate = (user: number) =>
    standalone.ranking.recommendations.recommend(
      CATALOG,
      {
        user: userIdSchema.parse(`u${user}`),
        limit: LIMIT,
        exclude: [],
        filter: undefined,
        diversity: 0.1,
        includeSeen: false,
        explain: true,
        expand: false,
        atMs: Date.parse(AT),
        seed: 11 + user,
      },
      undefined,
    );

  test('gives what the standalone mode gives, item for item, with the exact index', async () => {
    const client = clientOf(distributed.cluster.rankingUrl);
    for (let user = 0; user <= USERS; user++) {
      const [there, here] = [await restSlate(client, user), await standaloneSlate(user)];
      expect(there.body.degraded).toEqual([]);
      // The last user has no history to ask the index with.
      if (user < USERS) for (const { versions } of [there.body, here]) expect(versions.index).toMatch(/^exact[.]/);
      expect(there.body.items.map(({ item }) => item)).toEqual(here.items.map(({ item }) => item));
      for (const [index, item] of there.body.items.entries())
        expectClose(item, here.items[index] as unknown as ReplyItem);
    }
  });

  test('overlaps with it by 99 % or more among the first ten, with HNSW', async () => {
    await distributed.cluster.stop();
    const cluster = await Cluster.start({
      databaseUrl: distributed.database.url,
      brokers: broker.brokers,
      folder: distributed.folder,
      topics: { events: distributed.topic, deadLetters: `${distributed.topic}.dead-letters` },
      modelsFolder: modelsFolder(),
      replicas: { trainer: 0 },
      onOutput: () => {},
    });
    try {
      await cluster.ready();
      const client = clientOf(cluster.rankingUrl);
      await settled(async () => (await restSlate(client, 0)).body);
      let shared = 0;
      let total = 0;
      for (let user = 0; user <= USERS; user++) {
        const there = new Set((await restSlate(client, user)).body.items.map(({ item }) => item));
        const here = (await standaloneSlate(user)).items.map(({ item }) => item);
        shared += here.filter((item) => there.has(item)).length;
        total += here.length;
      }
      expect(shared / total).toBeGreaterThanOrEqual(0.99);
    } finally {
      await cluster.stop();
    }
  });
});

/** A producer that knows nothing of Kindred. */
async function produce(brokers: readonly string[], topic: string, sent: readonly Event[]): Promise<void> {
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const messages = sent.map((event) => ({ key: event.item, value: JSON.stringify({ ...event, catalog: CATALOG }) }));
  for (let start = 0; start < messages.length; start += 100) {
    await producer.send({ topic, messages: messages.slice(start, start + 100) });
  }
  await producer.disconnect();
}

/** Until all events are in the state that a slate names, and the passes over the catalog have seen all there is. */
async function settled(slate: () => Promise<{ readonly versions: Readonly<Record<string, string>> }>): Promise<void> {
  await until('all events are in the state', async () => {
    const state = (await slate()).versions.state ?? '';
    const [, seen, indexed, graph, mean] =
      /^events-(\d+)\.items-(\d+)\.graph-(\d+)\.mean-(\d+)\.artifact-/.exec(state) ?? [];
    return seen === graph && indexed === mean && Number(seen) >= events.length;
  });
}

async function embeddedAll(
  catalogs: () => Promise<readonly { readonly catalog: string; readonly waiting: number }[]>,
): Promise<void> {
  const isDone = async (): Promise<boolean> =>
    (await catalogs()).some(({ catalog, waiting }) => catalog === CATALOG && waiting === 0);
  await until('all items are embedded', isDone, 120_000);
}

/** Sums over events that arrived in another order differ in their last digits. */
function expectClose(there: ReplyItem, here: ReplyItem): void {
  expect(there.score).toBeCloseTo(here.score, 9);
  expect(there.sources).toEqual(here.sources);
  expect(there.explanation.because).toEqual(here.explanation.because);
  expect(Object.keys(there.explanation.parts)).toEqual(Object.keys(here.explanation.parts));
  for (const [name, part] of Object.entries(there.explanation.parts))
    expect(part).toBeCloseTo(here.explanation.parts[name]!, 9);
}
