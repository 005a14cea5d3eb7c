import { startTestBroker, type TestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';
import { drainUnderLoad } from '../faults/drain.ts';
import { killServices, makeFuses } from '../faults/kill-services.ts';
import { createLoadCatalog, fillItems } from '../faults/load.ts';
import { seededRandom } from '../faults/random.ts';
import { killConsumers, replayUnderFaults } from '../faults/replay.ts';

// A few of each fault that `npm run test:faults` has many of, on one broker and one cluster.
const availability = await testBrokerAvailability();
const why = availability.way === 'none' ? ` (skipped: ${availability.reason})` : '';
const ITEMS = 1_000;
const TIMEOUT_MS = 180_000;

describe.skipIf(availability.way === 'none')(`faults of the distributed mode${why}`, async () => {
  const fuses = await makeFuses();
  let broker: TestBroker;
  let engine: DistributedEngine;
  beforeAll(async () => {
    broker = await startTestBroker(availability);
    engine = await startDistributed(broker.brokers, {
      replicas: { index: 2, ranking: 2 },
      environment: fuses.environment,
    });
    await createLoadCatalog(engine);
    await fillItems(engine.database, ITEMS, seededRandom('items'));
  });
  afterAll(async () => {
    const codes = await engine?.stop();
    await broker?.stop();
    await fuses.remove();
    expect(new Set(Object.values(codes ?? {}))).toEqual(new Set([0]));
  });

  test(
    '1,000 events under 3 kills of consumers are stored as by a plain replay',
    async () => {
      const random = seededRandom('replay under kills');
      await replayUnderFaults(engine, { events: 1_000, disturbance: killConsumers(3, random) }, random);
    },
    TIMEOUT_MS,
  );

  test(
    'SIGTERM of each service under load fails no request in flight',
    async () => {
      await drainUnderLoad(engine, { times: 3, itemCount: ITEMS }, seededRandom('SIGTERM under load'));
    },
    TIMEOUT_MS,
  );

  test(
    '3 kills −9 of services lose nothing acknowledged',
    async () => {
      await killServices(engine, { kills: 3, fuses, itemCount: ITEMS }, seededRandom('kills of services'));
    },
    TIMEOUT_MS,
  );
});
