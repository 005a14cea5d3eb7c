import { startTestBroker, type TestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';
import { apiSuite } from './api.e2e.ts';
import { hostileSuite } from './hostile.e2e.ts';
import { trainedSuite } from './trained.e2e.ts';

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
  describe('trained weights', () =>
    trainedSuite(() => {
      const { catalogUrl, rankingUrl, trainerUrl = '' } = engine.cluster;
      return { catalogUrl, rankingUrl, trainerUrl };
    }));
});
