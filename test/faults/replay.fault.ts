import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { test } from 'vitest';
import { seededRandom } from './random.ts';
import { comeAndGo, killConsumers, replayUnderFaults } from './replay.ts';

const availability = await testBrokerAvailability();

test.skipIf(availability.way === 'none')(
  '10,000 events under 20 kills of consumers are stored as by a plain replay',
  async () => {
    const broker = await startTestBroker(availability);
    const random = seededRandom('replay under kills');
    await replayUnderFaults(broker, { events: 10_000, disturb: killConsumers(20, random) }, random);
    await broker.stop();
  },
  600_000,
);

test.skipIf(availability.way === 'none')(
  '20,000 events while a consumer comes and goes are stored as by a plain replay',
  async () => {
    const broker = await startTestBroker(availability);
    const random = seededRandom('a consumer that comes and goes');
    await replayUnderFaults(broker, { events: 20_000, disturb: comeAndGo(6) }, random);
    await broker.stop();
  },
  600_000,
);
